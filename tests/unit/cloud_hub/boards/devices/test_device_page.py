"""A device's page, drawn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cloud_hub.boards.devices.device_page import device_page
from cloud_hub.boards.devices.device_view import (
    AlarmRow,
    DayEvents,
    DeadLetterRow,
    DeviceView,
    EpochRow,
    LaneRow,
    device_view,
)
from cloud_hub.fleet.link_status import LinkState
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW as THEN
from tests.small_chain import TODAY, SmallChain, head_office
from tests.stage.page_parts import NOW, a_freshness, a_problem, a_reader, some_books

LANE = LaneRow(lane=0, name=Names(en="sales"), books=some_books(produced=1234), resent=0, dead=0)
ALARM = AlarmRow(
    alarm="too-warm",
    name=Names(en="<too warm>"),
    subject="s01-a",
    raised_at=NOW - timedelta(hours=1),
    cleared_at=None,
    value=11.0,
    limit=8.0,
    detail="",
)


@pytest.fixture
def view(two_stores: SmallChain) -> DeviceView:
    with two_stores.reading() as session:
        return device_view(session, head_office(), THEN, "s01-cooler")


def drawn(view: DeviceView, role: LoginRole = LoginRole.IT, **changes: object) -> str:
    return str(device_page(replace(view, **changes), a_reader(role)))


def test_a_device_that_never_spoke_says_so_in_every_part(view: DeviceView) -> None:
    page = drawn(view, days=())
    assert page.count("It has not spoken yet.") == 3
    for said in ("agent not heard of yet", "No alarm.", "Everything that came could be read."):
        assert said in page
    assert "Temperature" not in page
    assert "Needs you now" not in page


def test_the_head_names_the_device_its_store_and_its_agent(view: DeviceView) -> None:
    page = drawn(
        view,
        name=Names(en="<Cooler>"),
        agent_version="1.4.0",
        simulated=False,
        freshness=a_freshness(LinkState.OFFLINE),
    )
    assert '<a href="/store/s01">Store 01</a> · &lt;Cooler&gt;' in page
    assert "agent 1.4.0" in page
    assert "<code>s01-cooler</code>" in page
    assert "chip-offline" in page
    assert "simulated" not in page
    assert "simulated" in drawn(view, simulated=True)


def test_a_lane_tells_its_books_and_whether_they_add_up(view: DeviceView) -> None:
    good = drawn(view, lanes=(LANE,))
    assert "1,234" in good
    assert '<td class="balanced">✓</td>' in good
    bad = drawn(view, lanes=(replace(LANE, books=some_books(balanced=False)),))
    assert '<td class="unbalanced">does not add up</td>' in bad


def test_an_alarm_is_open_or_over_since_when(view: DeviceView) -> None:
    page = drawn(view, alarms=(ALARM,))
    assert "&lt;too warm&gt;" in page
    assert '<td class="alarm-text">open</td>' in page
    over = drawn(view, alarms=(replace(ALARM, cleared_at=NOW),))
    assert "over 14:30" in over


def test_a_refused_message_tells_why_and_its_number_where_it_has_one(view: DeviceView) -> None:
    letter = DeadLetterRow(letter_id="l1", lane=None, seq=None, error="no <lane>", received_at=NOW)
    page = drawn(view, dead_letters=(letter, replace(letter, letter_id="l2", lane=0, seq=1500)))
    assert "no &lt;lane&gt;" in page
    assert "1,500" in page
    assert "None" not in page


def test_days_and_outboxes_are_told(view: DeviceView) -> None:
    epochs = (
        EpochRow(epoch=2, state="fenced", first_heard_at=NOW),
        EpochRow(epoch=1, state="past", first_heard_at=NOW),
    )
    page = drawn(view, days=(DayEvents(day=TODAY, events=5000, late=0),), epochs=epochs)
    assert "Wed 4 Mar" in page
    assert "5,000" in page
    assert "fenced off: two devices claim one name" in page
    assert "closed" in page


def test_a_cooler_shows_its_curve_and_its_problems(view: DeviceView) -> None:
    page = drawn(view, temperatures_c=(4.0, None, 5.0), problems=(a_problem(),))
    assert "Temperature" in page
    assert "<polyline" in page
    assert "Needs you now" in page


def test_who_has_no_business_with_commands_sees_none(view: DeviceView) -> None:
    assert "It was never told to do anything." in drawn(view)
    page = drawn(view, LoginRole.STORE, control=None)
    assert "Commands" not in page
    assert "Settings" not in page


def test_a_maintenance_is_told_until_when_it_lasts(view: DeviceView) -> None:
    assert "in maintenance" not in drawn(view)
    until = view.local_now.replace(hour=16, minute=30)
    assert "in maintenance until 16:30" in drawn(view, maintenance_until=until)
