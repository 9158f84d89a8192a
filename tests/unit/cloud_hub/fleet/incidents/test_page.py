"""The page: what happened, to which devices, who was told, and what can be done."""

from dataclasses import replace
from datetime import timedelta

from cloud_hub.fleet.incidents.page import incidents_page
from cloud_hub.fleet.incidents.view import IncidentRow, IncidentsView, MemberRow, NoticeRow
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import UTC, Words
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW, viewer

ROW = IncidentRow(
    incident_id="network-1",
    rule="network",
    said=Names.same("S02: <network>"),
    store_id="s02",
    opened_at=NOW,
    changed_at=NOW,
    closed_at=None,
    merged_into=None,
    acknowledged_at=None,
    acknowledged_by=None,
    note="",
    snoozed_until=None,
    snoozed_by=None,
    snooze_reason="",
    may_act=True,
    members=(
        MemberRow(
            store_id="s02",
            device_id="s02-till",
            device_name=None,
            what="quiet",
            since=NOW,
            left_at=None,
        ),
    ),
    notices=(
        NoticeRow(step="told-0", told="anna/mail", written_at=NOW, outcome=None, detail=""),
        NoticeRow(
            step="told-1", told="ben/mail", written_at=NOW, outcome="failed", detail="no way"
        ),
    ),
)


def drawn(*rows: IncidentRow) -> str:
    closed = tuple(row for row in rows if row.closed_at)
    opened = tuple(row for row in rows if not row.closed_at)
    view = IncidentsView(now=NOW, time_zone="UTC", open=opened, closed=closed)
    who = viewer(LoginRole.IT)
    reader = Reader(viewer=who, words=Words("en", UTC), now=NOW, here="/incidents")
    return str(incidents_page(view, reader))


def test_an_open_incident_says_what_it_is_and_can_be_acknowledged() -> None:
    page = drawn(ROW)
    assert "S02: &lt;network&gt;" in page
    assert "nobody sees to it yet" in page
    assert 'data-do="acknowledge-incident"' in page
    assert 'data-do="snooze-incident"' in page


def test_unknown_and_failed_messages_are_listed() -> None:
    page = drawn(ROW)
    assert "nobody knows whether it went out" in page
    assert "failed: no way" in page


def test_what_somebody_does_is_told_and_asked_no_more() -> None:
    seen = replace(
        ROW,
        acknowledged_at=NOW,
        acknowledged_by="anna",
        note="on my way",
        snoozed_until=NOW + timedelta(hours=2),
        snooze_reason="building",
    )
    page = drawn(seen)
    assert "acknowledged by anna · on my way · snoozed until" in page
    assert 'data-do="acknowledge-incident"' not in page


def test_who_may_not_act_has_no_buttons() -> None:
    assert "data-do=" not in drawn(replace(ROW, may_act=False))


def test_what_is_over_has_no_buttons_and_says_when() -> None:
    page = drawn(replace(ROW, closed_at=NOW, merged_into="hub-1"))
    assert "part of a wider incident" in page
    assert "data-do=" not in page
    assert "No incident is open." in page
