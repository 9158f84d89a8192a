"""Home and the store's page from hand-made facts."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.boards.devices.fleet_view import fleet_view
from cloud_hub.boards.home.view import HomeView, home_view
from cloud_hub.boards.store.view import store_view
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.insight.figure import Figure
from cloud_hub.register import SEARCHES
from cloud_hub.traffic import tables as traffic_tables
from device_profiles.store import LoginRole
from tests.small_chain import (
    NOW,
    PLAN,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)

LAST_WEEK = TODAY - timedelta(days=7)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=3)


def home(chain: SmallChain) -> HomeView:
    with chain.reading() as session:
        return home_view(session, head_office(), NOW, SEARCHES)


def by_name(figures: tuple[Figure, ...], name: str) -> Figure:
    return next(each for each in figures if each.metric == name)


def test_an_empty_chain_has_a_home_without_data(chain: SmallChain) -> None:
    view = home(chain)
    assert [each.metric for each in view.figures] == [
        "footfall",
        "conversion",
        "net-sales",
        "average-basket",
        "on-shelf-availability",
    ]
    assert by_name(view.figures, "footfall").value is None
    assert by_name(view.figures, "average-basket").value is None
    assert by_name(view.figures, "net-sales").value == 0, "the tills are linked and sold nothing"
    assert view.problems == ()
    assert view.journey is None
    assert "Nothing needs you now" in view.headline.text("en")
    assert view.until == "14:32"


def test_a_hub_without_a_chain_says_so(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path)
    stranger = viewer(LoginRole.HEAD_OFFICE, tenant_id="nobody")
    with chain.reading() as session, pytest.raises(NotFound, match="load its master data"):
        home_view(session, stranger, NOW, SEARCHES)


def test_sales_are_compared_with_the_same_weekday_until_the_same_time(chain: SmallChain) -> None:
    chain.receipt(local(9), (WATER, "1", "94.00"))
    chain.receipt(local(9, day=LAST_WEEK), (WATER, "1", "100.00"))
    chain.receipt(local(14, 33, day=LAST_WEEK), (WATER, "1", "500.00"))
    view = home(chain)
    sales = by_name(view.figures, "net-sales")
    assert sales.value == Decimal("94.00")
    assert sales.previous == Decimal("100.00")
    assert sales.change == pytest.approx(-0.06)
    assert sales.first_hour == 7
    assert sales.hours == (0, 0, Decimal("94.00"), 0, 0, 0, 0, 0)
    assert sales.provisional
    assert view.headline.text("en").startswith(
        "Today until 14:32, 3 of 3 stores: ¥ 94, −6 % on last Wednesday."
    )
    assert view.headline.text("zh").startswith(
        "今天截至 14:32，3 家店中 3 家在线：净销售额 ¥94，比上周三同时段 −6%。"
    )


def test_offline_stores_are_left_out_on_both_sides_and_named(chain: SmallChain) -> None:
    for store_id, amount in (("s01", "60.00"), ("s02", "40.00"), ("s03", "900.00")):
        chain.receipt(local(9), (WATER, "1", amount), store_id=store_id)
        chain.receipt(local(9, day=LAST_WEEK), (WATER, "1", "50.00"), store_id=store_id)
    chain.unlink("s03", local(12))
    view = home(chain)
    sales = by_name(view.figures, "net-sales")
    assert (sales.value, sales.previous) == (Decimal("100.00"), Decimal("100.00"))
    assert [name.text("en") for name in sales.without] == ["Store 03"]
    assert (view.stores_online, view.stores_total) == (2, 3)
    dark = view.stores[2]
    assert dark.freshness.state is LinkState.OFFLINE
    assert dark.net_sales.value is None, "what the headline leaves out is not in the table either"
    assert "2 of 3 stores" in view.headline.text("en")


def test_a_store_that_catches_up_is_not_yet_compared(chain: SmallChain) -> None:
    chain.claim("s03-door", 3, produced=400, base=101)
    chain.received("s03-door", 3, 1, 100)
    view = home(chain)
    assert view.stores[2].freshness.state is LinkState.CATCHING_UP
    assert view.stores[2].freshness.waiting == 300
    assert view.stores_online == 2
    assert view.books.waiting == 300
    assert view.books.balanced


def test_the_books_do_not_balance_when_a_number_is_nowhere(chain: SmallChain) -> None:
    chain.claim("s01-till", 0, produced=10, base=11)
    chain.received("s01-till", 0, 1, 9)
    books = home(chain).books
    assert (books.produced, books.received, books.lost, books.waiting) == (10, 9, 0, 0)
    assert not books.balanced


def test_a_problem_row_has_its_photo_with_a_box_and_its_cost(chain: SmallChain) -> None:
    for hour in (12, 13, 14):
        seen = {slot: gtin for slot, gtin in PLAN.items() if slot not in ("A-2-1", "A-2-3")}
        chain.photo(local(hour), seen=PLAN if hour == 12 else seen)
    rows = home(chain).problems
    assert [row.slot_id for row in rows] == ["A-2-1", "A-2-3"]
    photo = rows[0].photo
    assert photo is not None
    assert photo.url == f"/api/v1/media/{photo.sha256}"
    assert photo.age_s == 32 * 60
    assert not photo.is_stale
    assert [(box.kind.value, box.slot_id) for box in photo.boxes] == [("gap", "A-2-1")]
    assert photo.boxes[0].x1 == 100.0


def test_a_picture_whose_bytes_are_not_here_has_no_address(chain: SmallChain) -> None:
    chain.photo(local(14), stored=False)
    chain.event("s01-cooler", 3, 1, at=local(14), received_at=local(14, second=1))
    journey = home(chain).journey
    assert journey is not None
    assert journey.photo.url is None
    assert journey.facings == 6
    assert journey.event_number == 1
    assert journey.hub_delay_s == 1.0


def test_the_home_page_is_not_for_every_role(chain: SmallChain) -> None:
    for role, scope in ((LoginRole.STORE, "s01"), (LoginRole.BRAND, "spring")):
        with chain.reading() as session, pytest.raises(NotYours):
            home_view(session, viewer(role, scope), NOW, SEARCHES)


def test_a_store_page_shows_staff_doors_and_days(chain: SmallChain) -> None:
    for minute in range(30):
        chain.minute(local(9, minute), 1, staff=1 if minute < 14 else 0)
    chain.receipt(local(9, 5), (WATER, "2", "4.00"))
    chain.receipt(local(9, 5, day=LAST_WEEK), (WATER, "2", "6.00"))
    with chain.reading() as session:
        view = store_view(session, viewer(LoginRole.STORE, "s01"), NOW, "s01", SEARCHES)
    assert view.staff_left_out == 14
    assert [(door.line_id, door.entries, door.staff) for door in view.doors] == [
        ("entrance", 30, 14)
    ]
    assert len(view.figures) == 9
    assert by_name(view.figures, "conversion").value == pytest.approx(1 / 30)
    assert view.days[0].net_sales == Decimal("4.00")
    assert view.days[0].provisional
    assert view.days[7].net_sales == Decimal("6.00")
    assert view.days[7].footfall is None
    assert [(till.workstation_id, till.receipts) for till in view.tills] == [("till-1", 1)]
    assert view.until == "14:32"


def test_a_store_page_shows_queue_beside_conversion_hour_by_hour(chain: SmallChain) -> None:
    for minute in range(60):
        chain.minute(local(12, minute), 1)
        chain.zone(local(12, minute), 400.0 if minute % 5 == 0 else 60.0, queue=9)
        chain.zone(
            local(12, minute), 20.0, zone_id="drinks", is_queue=False, came_from={"entry": 1}
        )
    for minute in range(0, 60, 2):
        chain.receipt(local(12, minute, second=30), (WATER, "1", "2.00"))
    with chain.reading() as session:
        view = store_view(session, viewer(LoginRole.STORE, "s01"), NOW, "s01", SEARCHES)
    noon = next(row for row in view.floor.hours if row.hour == 12)
    assert (noon.footfall, noon.queue_length, noon.queue_max) == (60, 9.0, 9)
    assert noon.conversion == pytest.approx(0.5)
    assert noon.wait_p90_s == 400.0
    eleven = next(row for row in view.floor.hours if row.hour == 11)
    assert (eleven.footfall, eleven.queue_length, eleven.wait_p90_s) == (None, None, None)
    drinks, till = view.floor.zones
    assert (till.visits, till.p50_s, till.length_max) == (60, 60.0, 9)
    assert (drinks.visits, drinks.p50_s, drinks.length) == (60, 20.0, None)
    assert [(path.start, path.end, path.visits) for path in view.floor.paths] == [
        ("entry", "drinks", 60)
    ]


def test_a_store_page_shows_the_newest_hand_count_beside_its_door(chain: SmallChain) -> None:
    chain.minute(local(9, 0), 4, staff=1)
    for hour, counted in ((9, 20), (10, 39)):
        chain.add(
            traffic_tables.FootfallAudit(
                tenant_id=TENANT,
                store_id="s01",
                line_id="entrance",
                started_at=local(hour),
                device_id="s01-door",
                camera_id="door-1",
                seconds=900.0,
                hand_in=40,
                hand_out=38,
                counted_in=counted,
                counted_out=38,
                missed=2,
                surplus=1,
                audited_at=local(hour, 30),
            )
        )
    with chain.reading() as session:
        view = store_view(session, viewer(LoginRole.STORE, "s01"), NOW, "s01", SEARCHES)
    (door,) = view.doors
    assert door.hand is not None
    assert door.hand.accuracy == pytest.approx(1 - 1 / 78)
    assert (door.hand.minutes, door.hand.day) == (15, TODAY)
    assert view.staff_share == pytest.approx(1 / 5)


def test_hours_that_a_door_did_not_watch_are_gaps_in_the_sparkline(chain: SmallChain) -> None:
    for minute in range(60):
        chain.minute(local(8, minute), 1)
        chain.minute(local(9, minute), 0, watched_s=0.0)
        chain.minute(local(10, minute), 2)
    footfall = by_name(home(chain).figures, "footfall")
    assert footfall.hours[:5] == (None, 60, None, 120, None)
    assert footfall.value == 180
    assert footfall.coverage is not None
    assert footfall.coverage < 1


def test_a_store_login_sees_its_own_store_only(chain: SmallChain) -> None:
    mine = viewer(LoginRole.STORE, "s01")
    chain.alarm("too-warm", local(13), device_id="s02-cooler", store_id="s02")
    chain.alarm("too-warm", local(13), device_id="s01-cooler", store_id="s01")
    with chain.reading() as session:
        with pytest.raises(NotFound):
            store_view(session, mine, NOW, "s02", SEARCHES)
        fleet = fleet_view(session, mine, NOW)
        view = store_view(session, mine, NOW, "s01", SEARCHES)
    assert {row.store_id for row in fleet.devices} == {"s01"}
    assert {row.store_id for row in fleet.problems} == {"s01"}
    assert {row.store_id for row in view.problems} == {"s01"}


def test_a_store_login_without_a_store_sees_nothing(chain: SmallChain) -> None:
    with chain.reading() as session:
        assert fleet_view(session, viewer(LoginRole.STORE), NOW).devices == ()
