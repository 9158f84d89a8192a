"""What a device was told: commands and what became of them, settings, clocks put right."""

from cloud_hub.boards.devices.control import (
    ClockRow,
    CommandChoice,
    CommandRow,
    DeviceControl,
    SettingRow,
)
from cloud_hub.boards.devices.device_view import DeviceView
from cloud_hub.fleet.commands.action import COMMAND, MAINTENANCE
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader


def control_panels(view: DeviceView, reader: Reader) -> list[Markup]:
    """Commands, settings, and clocks where any were wrong; nothing for other people's roles."""
    control, words = view.control, reader.words
    if control is None:
        return []
    panels = [
        panel(
            words("Commands"),
            _buttons(view, control, reader),
            _commands(control.commands, reader),
            kind="commands",
        ),
        panel(words("Settings"), _settings(control, reader), note=_wanted(control, reader)),
    ]
    if control.clocks:
        panels.append(panel(words("Clock put right"), _clocks(control.clocks, reader)))
    return panels


def _buttons(view: DeviceView, control: DeviceControl, reader: Reader) -> Markup | None:
    words = reader.words
    if not control.choices:
        return None
    buttons = [
        press(
            COMMAND,
            "command",
            _wire(choice),
            _name(choice.name, reader),
            f" · {choice.camera_id}" if choice.camera_id else None,
            words(" · {n} min", n=choice.minutes) if choice.minutes else None,
            class_="button",
            data_sure=words("Restart this device's agent now?")
            if choice.name == "restart"
            else None,
        )
        for choice in control.choices
    ]
    return act_form(COMMAND, reader, {"device_id": view.device_id}, buttons, class_="answers")


def _wire(choice: CommandChoice) -> str:
    return f"{choice.name}:{choice.camera_id or choice.minutes or ''}"


def _name(command: str, reader: Reader) -> str:
    """A command in words; one of a newer agent stands as it is."""
    words = reader.words
    return {
        "restart": words("Restart"),
        "take-photo": words("Take a photo now"),
        "accept-view": words("Take this view as the right one"),
        "report-state": words("Report its state"),
        "self-test": words("Test itself"),
        "show-log": words("Show its log"),
        MAINTENANCE: words("Maintenance: no alarms"),
        "end-maintenance": words("End the maintenance"),
    }.get(command, command)


def _commands(rows: tuple[CommandRow, ...], reader: Reader) -> Markup:
    words = reader.words
    heads = (words("Command"), words("Given"), words("State"))
    drawn = [_command(row, reader) for row in rows]
    return table(heads, drawn, kind="told", nothing=words("It was never told to do anything."))


def _command(row: CommandRow, reader: Reader) -> Markup:
    return el(
        "tr",
        el(
            "th",
            _name(row.name, reader),
            el("small", row.arguments) if row.arguments else None,
            scope="row",
        ),
        el("td", age(row.issued_at, reader), el("small", row.issued_by)),
        el(
            "td",
            _state(row, reader),
            _told(row.detail),
            class_="alarm-text" if row.state in _BAD else None,
        ),
        data_key=row.command_id,
        data_command=row.name,
        data_state=row.state,
    )


def _told(detail: str) -> Markup | None:
    """What the device said; a log or a test's result in its own lines."""
    if "\n" in detail:
        return el("pre", detail, class_="said-lines", tabindex="0")
    return el("small", detail, class_="letter-id") if detail else None


_BAD = frozenset({"failed", "unknown", "unanswered", "interrupted", "expired"})


def _state(row: CommandRow, reader: Reader) -> str:
    words = reader.words
    until = words.moment(row.expires_at, reader.now)
    done = words.moment(row.finished_at, reader.now) if row.finished_at else ""
    return {
        "waiting": words("waits for the hub's broker, until {clock}", clock=until),
        "offered": words("sent; may run until {clock}", clock=until),
        "unanswered": words("no answer in its time, which ended {clock}", clock=until),
        "done": words("done {clock}", clock=done),
        "failed": words("failed {clock}", clock=done),
        "expired": words("came too late"),
        "unknown": words("the device does not know it"),
        "interrupted": words("interrupted, not run again"),
    }.get(row.state, row.state)


def _wanted(control: DeviceControl, reader: Reader) -> str | None:
    if control.wanted_at is None:
        return None
    clock = reader.words.moment(control.wanted_at, reader.now)
    return reader.words("wanted {clock} by {name}", clock=clock, name=control.wanted_by)


def _settings(control: DeviceControl, reader: Reader) -> Markup:
    words = reader.words
    nothing = (
        words("It has no settings that can be changed from here.")
        if control.reported_at
        else words("It has not said yet how it is set.")
    )
    heads = (words("Setting"), words("Wanted"), words("Holds"))
    return table(
        heads, [_setting(row, reader) for row in control.settings], kind="told", nothing=nothing
    )


def _setting(row: SettingRow, reader: Reader) -> Markup:
    words = reader.words
    left = None
    if not row.is_done:
        why = words("refused: {why}", why=row.why) if row.why else words("not done yet")
        left = el("small", why, class_="alarm-text letter-id")
    return el(
        "tr",
        el("th", el("code", row.name), scope="row"),
        el("td", row.wanted if row.wanted is not None else words("as its profile says")),
        el("td", row.holds if row.holds is not None else words("not said"), left),
        data_key=row.name,
        data_done="yes" if row.is_done else "no",
    )


def _clocks(rows: tuple[ClockRow, ...], reader: Reader) -> Markup:
    words = reader.words
    sources = {
        "device": words("from the device's own trusted clock"),
        "hub": words("from the time of its hello"),
        "bound": words("no later than this"),
    }
    drawn = [
        el(
            "tr",
            el("td", words.number(row.events), class_="amount"),
            el("td", words.moment(row.true_at, reader.now)),
            el("td", sources.get(row.source, row.source)),
            data_key=row.boot_id,
        )
        for row in rows
    ]
    return table((words("Records"), words("True time"), words("Known")), drawn, kind="told")
