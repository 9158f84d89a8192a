"""The page of rollouts: what is on its way, what it waits for, on which days nothing is asked."""

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.rollouts.console.actions import APPROVE, END, FREEZE, LIFT, EndKind
from cloud_hub.fleet.rollouts.console.view import FreezeRow, RolloutRow, RolloutsView
from cloud_hub.fleet.rollouts.plan import RolloutState
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.markup import NOTHING, Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words

GOING_ON = (RolloutState.PROPOSED, RolloutState.RUNNING)


def rollouts_page(view: RolloutsView, reader: Reader) -> Markup:
    """The rollouts of the chain, and a form that freezes days for whoever may."""
    words = reader.words
    rows, frozen = rollouts_tables(view, reader)
    may = reader.viewer.may(Permission.MANAGE_ARTIFACTS)
    return el(
        "div",
        el("header", el("h1", words("Rollouts")), class_="page-head"),
        panel(words("Versions on their way to devices"), data_table(rows, reader)),
        panel(words("Days on which nothing new is asked"), data_table(frozen, reader)),
        panel(
            words("Freeze days"),
            form(FREEZE, Filling(values={}, about={}), reader, words("Freeze them")),
        )
        if may
        else None,
        class_="page page-rollouts",
    )


def rollouts_tables(
    view: RolloutsView, reader: Reader
) -> tuple[Table[RolloutRow], Table[FreezeRow]]:
    """What is on its way or was last; what is frozen."""
    words = reader.words
    return (
        Table(
            name="rollouts",
            columns=_columns(reader),
            rows=view.rollouts,
            nothing=words("Nothing was rolled out yet."),
            mark=lambda row: {"data_key": row.name, "data_rollout": row.name},
            kind="told",
        ),
        Table(
            name="freezes",
            columns=_freeze_columns(reader),
            rows=view.freezes,
            nothing=words("No days are frozen."),
            mark=lambda row: {"data_key": row.freeze_id, "data_freeze": row.freeze_id},
            kind="told",
        ),
    )


def _columns(reader: Reader) -> tuple[Column[RolloutRow], ...]:
    words = reader.words
    return (
        Column(
            key="artifact",
            title=words("Artifact"),
            value=lambda row: row.name,
            cell=lambda row: el("code", f"{row.name} {row.version}"),
        ),
        Column(
            key="state",
            title=words("State"),
            value=lambda row: state_words(row.state, words),
            cell=lambda row: _state(row, reader),
            choices=True,
        ),
        Column(
            key="asked",
            title=words("Asked"),
            value=lambda row: row.asked,
            cell=lambda row: el("span", f"{words.number(row.asked)} / {words.number(row.devices)}"),
            amount=True,
        ),
        Column(
            key="in-use",
            title=words("Use it"),
            value=lambda row: row.in_use,
            amount=True,
        ),
        Column(
            key="cannot",
            title=words("Cannot"),
            value=lambda row: len(row.problems),
            amount=True,
        ),
        Column(
            key="since",
            title=words("Since"),
            value=lambda row: row.begun_at,
            cell=lambda row: age(row.begun_at, reader),
        ),
        Column(
            key="do",
            title=words("Change"),
            value=lambda _: None,
            cell=lambda row: _buttons(row, reader),
        ),
    )


def state_words(state: RolloutState, words: Words) -> str:
    """How far a rollout is."""
    return {
        RolloutState.PROPOSED: words("waits for approval"),
        RolloutState.RUNNING: words("on its way"),
        RolloutState.STOPPED: words("stopped"),
        RolloutState.BACK: words("taken back"),
        RolloutState.DONE: words("everywhere"),
    }[state]


def _state(row: RolloutRow, reader: Reader) -> Markup:
    words = reader.words
    said = [words("asked for by {name}", name=row.begun_by)]
    if row.approved_by is not None:
        said.append(words("approved by {name}", name=row.approved_by))
    if row.wave:
        said.append(words("wave {n} of {all}", n=row.wave, all=row.waves))
    if row.hours:
        said.append(words("asked from {hours} by the store's clock", hours=row.hours))
    if row.closed_only:
        said.append(words("not while the store is open"))
    return el(
        "div",
        el("strong", state_words(row.state, words)),
        el("p", words.of(row.why), class_="rollout-why") if row.why is not None else None,
        el("p", words.of(row.judged), class_="quiet")
        if row.judged is not None and row.judged != row.why
        else None,
        el("p", " · ".join(said), class_="quiet"),
        el(
            "details",
            el("summary", words("Who cannot take it")),
            el("ul", [_problem(*one, reader) for one in row.problems.items()]),
        )
        if row.problems
        else None,
    )


def _problem(device_id: str, problem: str, reader: Reader) -> Markup:
    link = reader.link(Permission.SEE_DEVICE, device_id)
    return el("li", el("a", device_id, href=link), f" · {problem}")


def _buttons(row: RolloutRow, reader: Reader) -> Markup:
    words, about = reader.words, {"artifact": row.name}
    forms = []
    if row.may_approve:
        button = el("button", words("Approve"), type="submit", class_="button")
        forms.append(act_form(APPROVE.name, reader, about, button))
    if reader.viewer.may(Permission.MANAGE_ARTIFACTS):
        buttons = []
        if row.state in GOING_ON:
            buttons.append(_end(EndKind.STOP, words("Stop it")))
        if row.asked and row.state is not RolloutState.BACK:
            buttons.append(_end(EndKind.BACK, words("Send back")))
        if buttons:
            forms.append(act_form(END.name, reader, about, *buttons))
    return el("div", forms, class_="answers") if forms else NOTHING


def _end(kind: EndKind, said: str) -> Markup:
    return press(END.name, "end", kind.value, said, class_="button")


def _freeze_columns(reader: Reader) -> tuple[Column[FreezeRow], ...]:
    words = reader.words

    def lift(row: FreezeRow) -> Markup:
        if not reader.viewer.may(Permission.MANAGE_ARTIFACTS):
            return NOTHING
        button = el("button", words("Lift"), type="submit", class_="button")
        return act_form(LIFT.name, reader, {"freeze_id": row.freeze_id}, button)

    return (
        Column(key="reason", title=words("Reason"), value=lambda row: row.reason),
        Column(key="first", title=words("First day"), value=lambda row: row.first_day),
        Column(key="last", title=words("Last day"), value=lambda row: row.last_day),
        Column(key="by", title=words("Set by"), value=lambda row: row.set_by),
        Column(key="do", title=words("Change"), value=lambda _: None, cell=lift),
    )
