"""A store's page, drawn."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_hub.boards.footfall.floor import FloorMap, FloorView, HourRow, PathRow, ZoneRow
from cloud_hub.boards.problems.row import Severity
from cloud_hub.boards.store.page import information, store_page
from cloud_hub.boards.store.view import (
    DayRow,
    DeviceLine,
    DoorRow,
    StoreView,
    TillRow,
    store_view,
)
from cloud_hub.fleet.link_status import LinkState
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW as THEN
from tests.small_chain import TODAY, SmallChain, head_office
from tests.stage.page_parts import NOW, a_freshness, a_problem, a_reader

NO_FLOOR = FloorView(hours=(), zones=(), paths=(), maps=())
ZONE = ZoneRow(
    zone_id="<till>",
    is_queue=True,
    visits=60,
    staff=0,
    p50_s=60.0,
    p90_s=400.0,
    length=4.5,
    length_max=9,
    conversion=None,
    watched=None,
    simulated=False,
)
DOOR = DoorRow(
    line_id="<front>",
    role="entrance",
    device_id="s01-door",
    entries=1200,
    exits=None,
    staff=0,
    watched=0.95,
    confidence=None,
    hand=None,
    simulated=False,
)
DAY = DayRow(
    business_day=TODAY,
    net_sales=Decimal("1234"),
    footfall=120,
    conversion=0.255,
    provisional=True,
    revised_by=None,
)
HOUR = HourRow(
    hour=12, footfall=60, conversion=None, queue_length=None, queue_max=None, wait_p90_s=None
)


@pytest.fixture
def view(two_stores: SmallChain) -> StoreView:
    with two_stores.reading() as session:
        full = store_view(session, head_office(), THEN, "s01", ())
    return replace(full, floor=NO_FLOOR, days=(), devices=(), doors=(), tills=())


def drawn(view: StoreView, role: LoginRole = LoginRole.HEAD_OFFICE, **changes: object) -> str:
    return str(store_page(replace(view, **changes), a_reader(role)))


def test_a_store_without_facts_says_so_in_every_part(view: StoreView) -> None:
    page = drawn(view, fixtures=())
    for said in (
        "no shelf is photographed here",
        "no door counts here",
        "no receipt yet today",
        "no device expected here",
        "no day yet",
        "No task is open.",
        "Nothing needs you now.",
    ):
        assert said in page
    assert "Hours of today" not in page
    assert "Queues and zones" not in page


def test_the_head_tells_name_region_link_and_until_when(view: StoreView) -> None:
    page = drawn(view, name=Names(en="<Gate>"), freshness=a_freshness(LinkState.OFFLINE))
    assert "<h1>&lt;Gate&gt;</h1>" in page
    assert "Town" in page
    assert "chip-offline" in page
    assert "today until 14:32, provisional" in page


def test_a_zone_tells_stays_and_waiting_and_dashes_for_what_is_not_known(
    view: StoreView,
) -> None:
    page = drawn(view, floor=replace(NO_FLOOR, zones=(ZONE,)))
    for said in ("&lt;till&gt;", "queue", "1:00", "6:40", "4.5, at most 9", "no map yet today"):
        assert said in page
    plain = replace(ZONE, is_queue=False, length=None, p50_s=None, p90_s=None)
    page = drawn(view, floor=replace(NO_FLOOR, zones=(plain,)))
    assert page.count('<td class="amount">–</td>') == 2
    assert page.count('<td class="amount">no data</td>') == 3


def test_ways_maps_and_hours_stand_beside_the_zones(view: StoreView) -> None:
    floor = FloorView(
        hours=(HOUR,),
        zones=(ZONE,),
        paths=(PathRow(start="<in>", end="drinks", visits=1500),),
        maps=(
            FloorMap(
                camera_id="door-1",
                columns=1,
                rows=1,
                seconds=(60.0,),
                zones={},
                watched_s=60.0,
                simulated=False,
            ),
        ),
    )
    page = drawn(view, floor=floor)
    assert "Ways: &lt;in&gt; → drinks 1,500" in page
    assert 'data-camera="door-1"' in page
    assert "Hours of today" in page
    assert "no map yet today" not in page


def test_a_door_tells_what_it_counted_and_what_it_does_not_know(view: StoreView) -> None:
    page = drawn(view, doors=(DOOR,), staff_left_out=6, staff_share=0.05)
    for said in ("&lt;front&gt;", "1,200", "95 %", "staff left out 6 (5 %)"):
        assert said in page
    assert '<td class="amount missing">no data</td>' in page
    assert '<td class="amount">0</td>' in page, "no staff is a count, and no missing one"
    assert "staff left out 0" not in drawn(view, doors=(DOOR,), staff_left_out=0, staff_share=0.0)


def test_a_till_tells_its_receipts_and_its_money(view: StoreView) -> None:
    till = TillRow(workstation_id="<t1>", receipts=1500, net_sales=Decimal("4.5"), last_at=NOW)
    page = drawn(view, tills=(till,))
    for said in ("&lt;t1&gt;", "1,500", "¥ 4.50"):
        assert said in page


@pytest.mark.parametrize(
    ("revised_by", "said"), [("12", "revised +¥ 12"), ("-12", "revised −¥ 12")]
)
def test_a_day_that_was_revised_says_by_how_much(
    view: StoreView, revised_by: str, said: str
) -> None:
    page = drawn(view, days=(replace(DAY, provisional=False, revised_by=Decimal(revised_by)),))
    assert "final" in page
    assert said in page.replace("¥ −", "−¥ ")


def test_a_day_tells_its_figures_or_that_there_are_none(view: StoreView) -> None:
    page = drawn(view, days=(DAY,))
    for said in ("Wed 4 Mar", "¥ 1,234", "25.5 %", "provisional"):
        assert said in page
    assert "tag-revised" not in page
    empty = replace(DAY, net_sales=None, footfall=None, conversion=None)
    assert drawn(view, days=(empty,)).count('<td class="amount missing">no data</td>') == 3


def test_a_device_leads_to_its_page_for_those_who_have_it(view: StoreView) -> None:
    line = DeviceLine(
        device_id="s01-till", kind="till", name=Names(en="<Till>"), freshness=a_freshness()
    )
    assert '<a href="/device/s01-till">&lt;Till&gt;</a>' in drawn(view, devices=(line,))


def test_what_is_told_needs_no_button() -> None:
    row = a_problem(severity=Severity.INFORMATION, sentence=Names(en="Late <day>"), task_id="t")
    drawn_row = str(information((row,), a_reader()))
    assert "Late &lt;day&gt;" in drawn_row
    assert "<button" not in drawn_row
    assert information((), a_reader()) is None
