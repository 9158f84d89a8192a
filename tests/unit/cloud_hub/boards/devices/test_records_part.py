"""Where a device's records are, drawn."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cloud_hub.boards.devices.device_view import DeviceView, device_view
from cloud_hub.boards.devices.records import LossRow, OddRow, RecordAsked, WaitingRow
from cloud_hub.boards.devices.records_part import elsewhere, find_record, losses
from device_profiles.names import Names
from tests.small_chain import NOW as THEN
from tests.small_chain import SmallChain, head_office
from tests.stage.page_parts import NOW, a_reader

SALES = Names(en="sales", zh="销售")
WAITING = WaitingRow(
    epoch=2, lane_name=SALES, ranges="10–12", events=1234, said_at=NOW, is_named=True
)
LOSS = LossRow(
    epoch=1,
    lane=0,
    lane_name=SALES,
    first=1001,
    last=1002,
    events=2,
    bytes=9,
    reason="oversize",
    reason_text=Names(en="<too large>"),
    declared_at=NOW,
    after_at=None,
    before_at=None,
)


@pytest.fixture
def view(two_stores: SmallChain) -> DeviceView:
    with two_stores.reading() as session:
        return device_view(session, head_office(), THEN, "s01-till")


def test_a_device_whose_records_are_all_here_says_so(view: DeviceView) -> None:
    assert "Every record that was not lost is in the hub." in str(elsewhere(view, a_reader()))


def test_what_waits_on_the_device_is_no_alarm_and_what_was_put_aside_is(view: DeviceView) -> None:
    named = str(elsewhere(replace(view, waiting=(WAITING,)), a_reader()))
    for said in ("1,234", "10–12", "outbox 2", "still on the device"):
        assert said in named
    assert "alarm-text" not in named
    aside = replace(WAITING, is_named=False, said_at=None)
    page = str(elsewhere(replace(view, waiting=(aside,)), a_reader()))
    assert 'data-where="aside"' in page
    assert "alarm-text" in page
    assert "<time" not in page


@pytest.mark.parametrize(
    ("kind", "is_bad"),
    [("unaccounted", True), ("missing", True), ("conflict", True), ("kept-raw", False)],
)
def test_what_is_odd_is_alarming_unless_it_is_only_too_new(
    view: DeviceView, kind: str, is_bad: bool
) -> None:
    row = OddRow(kind=kind, epoch=1, lane_name=SALES, ranges="", events=3)
    page = str(elsewhere(replace(view, odd=(row,)), a_reader()))
    assert f'data-where="{kind}"' in page
    assert ("alarm-text" in page) is is_bad


def test_a_device_that_lost_nothing_says_so() -> None:
    assert "Nothing was ever lost." in str(losses((), a_reader()))


@pytest.mark.parametrize(
    ("after", "before", "said"),
    [
        (None, None, None),
        (NOW - timedelta(hours=2), None, "recorded after 12:30"),
        (None, NOW - timedelta(hours=1), "recorded before 13:30"),
        (
            NOW - timedelta(hours=2),
            NOW - timedelta(hours=1),
            "recorded between 12:30 and 13:30",
        ),
    ],
)
def test_a_loss_tells_its_numbers_its_reason_and_its_time_where_that_is_known(
    after: datetime | None, before: datetime | None, said: str | None
) -> None:
    page = str(losses((replace(LOSS, after_at=after, before_at=before),), a_reader()))
    assert "1,001–1,002" in page
    assert "&lt;too large&gt;" in page
    if said is None:
        assert "recorded" not in page
    else:
        assert said in page


def test_a_loss_of_one_record_names_one_number() -> None:
    page = str(losses((replace(LOSS, last=1001, events=1),), a_reader()))
    assert "1,001<" in page
    assert "–" not in page


def test_a_record_is_asked_for_with_a_form_of_the_page_itself(view: DeviceView) -> None:
    page = str(find_record(view, a_reader()))
    assert 'method="get"' in page
    assert "data-found" not in page


def test_an_answer_stands_under_the_question_and_keeps_what_was_asked(view: DeviceView) -> None:
    told = RecordAsked(asked='1/sale/"1"', sentences=(Names(en="It is <here>."),))
    page = str(find_record(replace(view, record=told), a_reader()))
    assert 'value="1/sale/&#34;1&#34;"' in page
    assert "It is &lt;here&gt;." in page
    wrong = RecordAsked(asked="<b>", sentences=(), problem="no-such-name")
    page = str(find_record(replace(view, record=wrong), a_reader()))
    assert "&lt;b&gt; names no record; write outbox/lane/number" in page
