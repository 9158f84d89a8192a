"""The page of incidents: open ones with what can be done, and those that were over lately."""

from typing import Any

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.incidents.actions import ACKNOWLEDGE, SNOOZE
from cloud_hub.fleet.incidents.causes import named
from cloud_hub.fleet.incidents.view import IncidentRow, IncidentsView, MemberRow, NoticeRow
from cloud_hub.web.actions import Action
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.markup import NOTHING, Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader


def incidents_page(view: IncidentsView, reader: Reader) -> Markup:
    """The incidents that this login may see."""
    words = reader.words
    now, before = incidents_tables(view, reader)
    return el(
        "div",
        el("header", el("h1", words("Incidents")), class_="page-head"),
        panel(words("Open"), data_table(now, reader), note=words.number(len(view.open))),
        panel(words("Over in the last 7 days"), data_table(before, reader))
        if view.closed
        else None,
        class_="page page-incidents",
    )


def incidents_tables(
    view: IncidentsView, reader: Reader
) -> tuple[Table[IncidentRow], Table[IncidentRow]]:
    """What is open, and what was over lately."""
    words = reader.words
    ended: Column[IncidentRow] = Column(
        key="closed",
        title=words("Over"),
        value=lambda row: row.closed_at,
        cell=lambda row: age(row.closed_at, reader) if row.closed_at else NOTHING,
    )
    do: Column[IncidentRow] = Column(
        key="do",
        title=words("Change"),
        value=lambda _: None,
        cell=lambda row: _forms(row, reader),
    )
    common = _columns(reader)
    return (
        _table("open", (*common, do), view.open, reader),
        _table("closed", (*common, ended), view.closed, reader),
    )


def _columns(reader: Reader) -> tuple[Column[IncidentRow], ...]:
    words = reader.words
    return (
        Column(
            key="incident",
            title=words("Incident"),
            value=lambda row: words.of(row.said),
            cell=lambda row: _said(row, reader),
        ),
        Column(
            key="devices",
            title=words("Devices"),
            value=lambda row: len({one.device_id for one in row.members}),
            amount=True,
        ),
        Column(
            key="since",
            title=words("Since"),
            value=lambda row: row.opened_at,
            cell=lambda row: age(row.opened_at, reader),
        ),
        Column(
            key="state",
            title=words("State"),
            value=lambda row: _state(row, reader),
            cell=lambda row: el("span", _state(row, reader), class_="incident-state"),
        ),
    )


def _table(
    name: str,
    columns: tuple[Column[IncidentRow], ...],
    rows: tuple[IncidentRow, ...],
    reader: Reader,
) -> Table[IncidentRow]:
    return Table(
        name=name,
        columns=columns,
        rows=rows,
        nothing=reader.words("No incident is open."),
        mark=lambda row: {"data_key": row.incident_id, "data_incident": row.rule},
        kind="told",
    )


def _said(row: IncidentRow, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "div",
        el("p", words.of(row.said), class_="task-text"),
        el(
            "details",
            el("summary", words("Devices")),
            el("ul", [_member(one, reader) for one in row.members]),
        ),
        el(
            "details",
            el("summary", words("Who was told")),
            el("ul", [_notice(one, reader) for one in row.notices]),
        )
        if row.notices
        else None,
    )


def _member(one: MemberRow, reader: Reader) -> Markup:
    words = reader.words
    name = words.of(one.device_name) if one.device_name is not None else one.device_id
    ended = (
        words("until {clock}", clock=words.moment(one.left_at, reader.now)) if one.left_at else ""
    )
    return el(
        "li",
        el("a", name, href=reader.link(Permission.SEE_DEVICE, one.device_id)),
        " · ",
        words.of(named(one.what)),
        " · ",
        words("since {clock}", clock=words.moment(one.since, reader.now)),
        f" · {ended}" if ended else None,
    )


def _notice(one: NoticeRow, reader: Reader) -> Markup:
    words = reader.words
    outcome = {
        "sent": words("sent"),
        "failed": words("failed: {why}", why=one.detail),
        None: words("nobody knows whether it went out"),
    }.get(one.outcome, one.outcome or "")
    parts = (words.moment(one.written_at, reader.now), one.told, one.step, outcome)
    return el("li", " · ".join(parts))


def _state(row: IncidentRow, reader: Reader) -> str:
    words = reader.words
    said = []
    if row.merged_into is not None:
        said.append(words("part of a wider incident"))
    if row.acknowledged_at is not None:
        said.append(words("acknowledged by {name}", name=row.acknowledged_by or ""))
        said.append(row.note)
    if row.snoozed_until is not None and row.snoozed_until > reader.now and not row.closed_at:
        until = words.moment(row.snoozed_until, reader.now)
        said += [words("snoozed until {clock}", clock=until), row.snooze_reason]
    return " · ".join(part for part in said if part) or words("nobody sees to it yet")


def _forms(row: IncidentRow, reader: Reader) -> Markup:
    words = reader.words
    if not (row.may_act and reader.viewer.may(Permission.KEEP_INCIDENTS)):
        return NOTHING
    forms = []
    if row.acknowledged_at is None:
        forms.append(_form(ACKNOWLEDGE, row, reader, (words("Acknowledge"), {})))
    forms.append(_form(SNOOZE, row, reader, (words("Snooze"), {"hours": 2})))
    return el("div", forms, class_="answers")


def _form(
    action: Action[Any], row: IncidentRow, reader: Reader, said: tuple[str, dict[str, object]]
) -> Markup:
    """A form behind its title, which stays open while something in it has to be put right."""
    title, values = said
    about = {"incident_id": row.incident_id}
    attempt = reader.attempt
    is_open = attempt is not None and attempt.form_id == f"{action.name}-{row.incident_id}"
    return el(
        "details",
        el("summary", title),
        form(action, Filling(values=values, about=about), reader, title),
        open=is_open,
        data_do=action.name,
    )
