"""A device's page: its books by lane and day, where each record is, what was lost and why."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.devices.control_part import control_panels
from cloud_hub.boards.devices.device_view import AlarmRow, DeviceView, LaneRow
from cloud_hub.boards.devices.first_steps_part import steps_panel
from cloud_hub.boards.devices.records_part import elsewhere, find_record, losses
from cloud_hub.boards.problems.part import findings
from cloud_hub.fleet.status_part import freshness_chip
from cloud_hub.reconciliation.equation_part import ledger_equation, where_bar
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.day_chart import temperature_chart
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader


def device_page(view: DeviceView, reader: Reader) -> Markup:
    """Everything of one device."""
    words = reader.words
    chart = temperature_chart(view.temperatures_c, reader)
    return el(
        "div",
        _head(view, reader),
        el(
            "div",
            figure_tiles(view.figures, reader),
            el(
                "section",
                el("h2", words("Every record it ever made")),
                ledger_equation(view.books, reader),
                where_bar(view.books, reader),
                class_="panel books",
            ),
            class_="fleet-top",
        ),
        panel(words("Needs you now"), findings(view.problems, reader)) if view.problems else None,
        el(
            "div",
            el(
                "div",
                panel(words("By lane"), _lanes(view, reader)),
                panel(
                    words("Where the rest is"), elsewhere(view, reader), find_record(view, reader)
                ),
                panel(words("Lost"), losses(view.losses, reader)),
                panel(words("Refused"), _dead(view, reader)),
                panel(words("Alarms"), _alarms(view.alarms, reader)),
                panel(words("Outboxes"), _epochs(view, reader)),
                class_="stack",
            ),
            el(
                "div",
                steps_panel(view.steps, reader),
                *control_panels(view, reader),
                panel(words("By day"), _days(view, reader)),
                panel(words("Temperature"), chart) if chart else None,
                class_="stack",
            ),
            class_="split",
        ),
        class_="page page-device",
    )


def _head(view: DeviceView, reader: Reader) -> Markup:
    words = reader.words
    version = (
        words("agent {version}", version=view.agent_version)
        if view.agent_version
        else words("agent not heard of yet")
    )
    return el(
        "header",
        el(
            "h1",
            el(
                "a",
                words.of(view.store_name),
                href=reader.link(Permission.SEE_STORE, view.store_id),
            ),
            " · ",
            words.of(view.name),
        ),
        freshness_chip(view.freshness, reader),
        el("span", words("simulated"), class_="tag") if view.simulated else None,
        el("span", words("in maintenance until {clock}", clock=_until(view, reader)), class_="tag")
        if view.maintenance_until
        else None,
        el("p", version, class_="quiet"),
        el("code", view.device_id),
        el("a", words("Set it up"), href=reader.link(Permission.SEE_DEVICES, view.device_id))
        if reader.viewer.may(Permission.SEE_DEVICES)
        else None,
        class_="page-head",
    )


def _until(view: DeviceView, reader: Reader) -> str:
    """By the store's clock."""
    until = view.maintenance_until
    return f"{until.astimezone(view.local_now.tzinfo):%H:%M}" if until else ""


def _lanes(view: DeviceView, reader: Reader) -> Markup:
    words = reader.words
    heads = (
        words("Lane"),
        words("Produced"),
        words("Received"),
        words("Lost"),
        words("Waiting"),
        words("Resent"),
        words("Refused"),
        "",
    )
    rows = [_lane(lane, reader) for lane in view.lanes]
    return table(heads, rows, kind="lanes", nothing=words("It has not spoken yet."))


def _lane(lane: LaneRow, reader: Reader) -> Markup:
    words = reader.words
    books = lane.books
    counts = (books.produced, books.received, books.lost, books.waiting, lane.resent, lane.dead)
    verdict = "✓" if books.balanced else words("does not add up")
    return el(
        "tr",
        el("th", f"{lane.lane} ", words.of(lane.name), scope="row"),
        [
            el("td", words.number(count), class_="amount" if count else "amount nil")
            for count in counts
        ],
        el("td", verdict, class_="balanced" if books.balanced else "unbalanced"),
        data_key=str(lane.lane),
        data_lane=lane.lane,
    )


def _days(view: DeviceView, reader: Reader) -> Markup:
    words = reader.words
    rows = [
        el(
            "tr",
            el("th", words.day(day.day), scope="row"),
            el("td", words.number(day.events), class_="amount"),
            el("td", words.number(day.late), class_="amount" if day.late else "amount nil"),
            data_key=day.day.isoformat(),
        )
        for day in view.days
    ]
    heads = (words("Day"), words("Records"), words("Later than 10 min"))
    return table(heads, rows, nothing=words("It has not spoken yet."))


def _dead(view: DeviceView, reader: Reader) -> Markup:
    words = reader.words
    rows = [
        el(
            "tr",
            el("td", "" if letter.lane is None else str(letter.lane), class_="amount"),
            el("td", "" if letter.seq is None else words.number(letter.seq), class_="amount"),
            el("td", letter.error, el("small", letter.letter_id, class_="letter-id")),
            el("td", words.moment(letter.received_at, reader.now), class_="quiet"),
            data_key=letter.letter_id,
        )
        for letter in view.dead_letters
    ]
    heads = (words("Lane"), words("Number"), words("Why"), words("Received"))
    return table(heads, rows, kind="told", nothing=words("Everything that came could be read."))


def _alarms(alarms: tuple[AlarmRow, ...], reader: Reader) -> Markup:
    words = reader.words
    rows = [
        el(
            "tr",
            el("th", words.of(alarm.name), el("small", alarm.subject), scope="row"),
            el("td", age(alarm.raised_at, reader)),
            el(
                "td",
                words("open")
                if alarm.cleared_at is None
                else words("over {clock}", clock=words.moment(alarm.cleared_at, reader.now)),
                class_="alarm-text" if alarm.cleared_at is None else "quiet",
            ),
        )
        for alarm in alarms
    ]
    heads = (words("Alarm"), words("Raised"), words("State"))
    return table(heads, rows, nothing=words("No alarm."))


def _epochs(view: DeviceView, reader: Reader) -> Markup:
    words = reader.words
    states = {
        "live": words("in use"),
        "past": words("closed"),
        "fenced": words("fenced off: two devices claim one name"),
    }
    rows = [
        el(
            "tr",
            el("td", f"{epoch.epoch}", class_="amount"),
            el("td", states.get(epoch.state, epoch.state)),
            el("td", words.moment(epoch.first_heard_at, reader.now), class_="quiet"),
        )
        for epoch in view.epochs
    ]
    heads = (words("Outbox"), words("State"), words("First heard"))
    return table(heads, rows, nothing=words("It has not spoken yet."))
