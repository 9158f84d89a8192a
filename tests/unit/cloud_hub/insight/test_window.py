"""Which days a figure is asked over, and which it is compared with."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cloud_hub.core.days.opening_hours import StoreHours, store_day
from cloud_hub.insight.window import MARGIN, Window, between, by_store, comparable, today
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.tables import Receipt
from device_profiles.opening_hours import OpeningHours
from tests.small_chain import (
    NOW,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    local,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def test_the_comparable_day_is_the_same_weekday_until_the_same_time(chain: SmallChain) -> None:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    hours = known.stores["s01"].hours
    before = comparable(store_day(hours, TODAY, NOW))
    assert before is not None
    assert before.day == TODAY - timedelta(days=7)
    assert before.end_at == NOW - timedelta(days=7)


def test_weeks_that_are_exceptions_are_not_compared_with(chain: SmallChain) -> None:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    hours = known.stores["s01"].hours
    closed = hours.hours.model_copy(update={"exceptions": {TODAY - timedelta(days=7): ()}})
    store = type(hours)(store_id="s01", zone=hours.zone, hours=closed, selling_area_m2=50.0)
    before = comparable(store_day(store, TODAY, NOW))
    assert before is not None
    assert before.day == TODAY - timedelta(days=14)
    holiday = hours.hours.model_copy(update={"exceptions": {TODAY: ()}})
    store = type(hours)(store_id="s01", zone=hours.zone, hours=holiday, selling_area_m2=50.0)
    assert comparable(store_day(store, TODAY, NOW)) is None


def stores(chain: SmallChain) -> list[StoreHours]:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    return [store.hours for store in known.stores.values()]


def test_a_window_holds_each_day_of_each_store_until_now(chain: SmallChain) -> None:
    yesterday = TODAY - timedelta(days=1)
    window = between(TENANT, stores(chain), yesterday, TODAY + timedelta(days=3), NOW)
    assert [(day.store_id, day.day, day.whole) for day in window.days] == [
        ("s01", yesterday, True),
        ("s01", TODAY, False),
        ("s02", yesterday, True),
        ("s02", TODAY, False),
    ]
    assert window.store_ids == {"s01", "s02"}
    assert window.of("s02", TODAY) is window.days[3]
    assert window.of("s02", TODAY + timedelta(days=1)) is None
    assert window.of("s03", TODAY) is None


def test_a_window_that_ends_before_it_begins_is_empty(chain: SmallChain) -> None:
    window = between(TENANT, stores(chain), TODAY, TODAY - timedelta(days=2), NOW)
    assert (window.days, window.store_ids) == ((), frozenset())


def test_at_night_today_is_still_the_evening_before(chain: SmallChain) -> None:
    night = local(3, 59, day=TODAY + timedelta(days=1))
    assert {day.day for day in today(TENANT, stores(chain), night).days} == {TODAY}
    assert {day.day for day in today(TENANT, stores(chain), night + timedelta(minutes=1)).days} == {
        TODAY + timedelta(days=1)
    }


def test_a_quarter_of_an_hour_lies_in_its_stores_local_hour(chain: SmallChain) -> None:
    hour_of = today(TENANT, stores(chain), NOW).hours()
    quarters = [int(local(14, minute).timestamp()) // 900 for minute in (0, 15, 45)]
    assert [hour_of("s01", quarter) for quarter in (*quarters, quarters[-1] + 1)] == [
        14,
        14,
        14,
        15,
    ]


def test_stores_with_equal_times_are_asked_about_together(chain: SmallChain) -> None:
    here, there = stores(chain)
    early = replace(there, hours=OpeningHours.daily(time(6), time(23)))
    together = between(TENANT, [here, there], TODAY, TODAY, NOW).groups()
    apart = between(TENANT, [here, early], TODAY, TODAY, NOW).groups()
    assert [ids for _, ids in together] == [["s01", "s02"]]
    assert [ids for _, ids in apart] == [["s01"], ["s02"]]


def asked_about(chain: SmallChain, window: Window, **more: timedelta) -> list[int]:
    """Which receipts a window's condition lets through."""
    condition = window.condition(Receipt.store_id, Receipt.business_day, Receipt.ended_at, **more)
    with chain.reading() as session:
        return sorted(session.scalars(sa.select(Receipt.sequence).where(condition)))


def test_sql_asks_for_the_windows_stores_days_and_times(chain: SmallChain) -> None:
    yesterday = TODAY - timedelta(days=1)
    for at, store_id in (
        (local(6, 30), "s01"),
        (local(9), "s01"),
        (local(9), "s02"),
        (local(23, 10, day=yesterday), "s01"),
        (local(14, 32), "s01"),
    ):
        chain.receipt(at, (WATER, "1", "2.00"), store_id=store_id)
    here, there = stores(chain)
    assert asked_about(chain, between(TENANT, [here, there], TODAY, TODAY, NOW)) == [1, 2, 3]
    assert asked_about(chain, between(TENANT, [there], TODAY, TODAY, NOW)) == [3]
    assert asked_about(chain, between(TENANT, [here], yesterday, TODAY, NOW)) == [1, 2, 4]
    assert asked_about(chain, between(TENANT, [], TODAY, TODAY, NOW)) == []
    whole = between(TENANT, [here], yesterday, TODAY, NOW)
    assert asked_about(chain, whole, opening=MARGIN) == [2, 4]


def test_days_are_told_by_store(chain: SmallChain) -> None:
    window = between(TENANT, stores(chain), TODAY - timedelta(days=1), TODAY, NOW)
    found = by_store(window.days)
    assert {store_id: len(days) for store_id, days in found.items()} == {"s01": 2, "s02": 2}
    assert window.cut_to(found["s02"]).store_ids == {"s02"}


def test_with_four_weeks_of_exceptions_nothing_is_comparable(chain: SmallChain) -> None:
    here = stores(chain)[0]
    weeks = {TODAY - timedelta(weeks=n): () for n in (1, 2, 3, 4)}
    shut = replace(here, hours=here.hours.model_copy(update={"exceptions": weeks}))
    assert comparable(store_day(shut, TODAY, NOW)) is None


def test_a_comparison_over_a_change_of_clocks_ends_at_the_same_time_on_the_wall() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = OpeningHours.daily(time(7), time(21))
    store = StoreHours(store_id="s", zone=berlin, hours=hours, selling_area_m2=1.0)
    monday = date(2026, 3, 30)
    until = datetime(2026, 3, 30, 14, 32, tzinfo=berlin)
    before = comparable(store_day(store, monday, until.astimezone(UTC)))
    assert before is not None
    assert before.end_at.astimezone(berlin).isoformat() == "2026-03-23T14:32:00+01:00"
    assert before.open_s == (7 * 60 + 32) * 60
