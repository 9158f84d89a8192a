"""Footfall and conversion against answers worked out by hand."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core.days.business_day import day_start
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, Number, Sums, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.editing import edit_store
from cloud_hub.sales.metrics import AVERAGE_BASKET, NET_SALES
from cloud_hub.traffic.footfall import estimated_footfall, load_doors, staff_left_out
from cloud_hub.traffic.metrics import CONVERSION, FOOTFALL, FOOTFALL_ESTIMATED
from cloud_hub.traffic.zone_metrics import STAFF_LEFT_OUT
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def window(chain: SmallChain, stores: tuple[str, ...] = ("s01",)) -> Window:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    return between(TENANT, [known.stores[s].hours for s in stores], TODAY, TODAY, NOW)


def asked(chain: SmallChain, metric: Metric, stores: tuple[str, ...] = ("s01",)):
    days = window(chain, stores)
    with chain.reading() as session:
        return metric.measure(session, days, Aspect())


def hour(chain: SmallChain, at: int, entries: int, *, watched_s: float = 60.0, **more) -> None:
    """Sixty minutes with so many entries each."""
    for minute in range(60):
        chain.minute(local(at, minute), entries, watched_s=watched_s, **more)


def test_footfall_counts_entrances_only_and_shows_staff_apart(chain: SmallChain) -> None:
    chain.minute(local(9, 0), 3, staff=2)
    chain.minute(local(9, 1), 4)
    chain.minute(local(9, 0), 50, line_id="aisle", role="inner")
    cells = asked(chain, FOOTFALL)
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 9)]) == 7
    with chain.reading() as session:
        assert staff_left_out(load_doors(session, window(chain))) == {"s01": 2}


def test_people_count_from_a_quarter_before_opening(chain: SmallChain) -> None:
    chain.minute(local(6, 44), 100)
    chain.minute(local(6, 45), 1)
    chain.minute(local(7, 0), 2)
    assert FOOTFALL.value(total(asked(chain, FOOTFALL).values())) == 3


def test_an_unwatched_hour_is_no_data_and_lowers_the_coverage(chain: SmallChain) -> None:
    hour(chain, 7, 1)
    hour(chain, 8, 0, watched_s=0.0)
    hour(chain, 9, 2, watched_s=30.0)
    cells = asked(chain, FOOTFALL)
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 7)]) == 60
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 8)]) is None
    assert cells[Cell("s01", TODAY, 9)].coverage == pytest.approx(0.5)
    whole = total(cells.values())
    assert whole is not None
    # 07:00 to 14:27 (five minutes may be on their way) are due, 90 minutes were watched
    assert whole.coverage == pytest.approx(90 / (7 * 60 + 27))


def test_minutes_that_never_arrived_are_not_zero(chain: SmallChain) -> None:
    hour(chain, 7, 1)
    cells = asked(chain, FOOTFALL)
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 10)]) is None


def test_a_store_without_any_door_has_no_footfall(chain: SmallChain) -> None:
    assert asked(chain, FOOTFALL) == {}
    assert FOOTFALL.value(total(asked(chain, FOOTFALL).values())) is None


def test_the_estimate_weighs_unwatched_time_by_the_usual_people(chain: SmallChain) -> None:
    cells = {
        Cell("s01", TODAY, 9): Sums(amount=80, observed_s=3600, expected_s=3600),
        Cell("s01", TODAY, 10): Sums(amount=10, observed_s=1800, expected_s=3600),
    }
    usual = {("s01", TODAY): {9: 80 / 3600, 10: 20 / 3600}}
    day = estimated_footfall(cells, usual)[Cell("s01", TODAY, None)]
    # watched share = (80 × 1 + 20 × 0.5) / 100 = 0.9; 90 / 0.9
    assert FOOTFALL_ESTIMATED.value(day) == 100
    assert day.coverage == pytest.approx(0.9)


def test_below_seventy_percent_watched_there_is_no_estimate(chain: SmallChain) -> None:
    cells = {
        Cell("s01", TODAY, 9): Sums(amount=10, observed_s=3600, expected_s=3600),
        Cell("s01", TODAY, 10): Sums(amount=0, observed_s=0, expected_s=3600),
    }
    day = estimated_footfall(cells, {("s01", TODAY): {9: 10 / 3600, 10: 10 / 3600}})
    assert FOOTFALL_ESTIMATED.value(day[Cell("s01", TODAY, None)]) is None


def test_sales_per_visitor_is_basket_times_conversion(chain: SmallChain) -> None:
    hour(chain, 9, 1)
    for minute in range(12):
        chain.receipt(local(9, minute), (WATER, "1", f"{minute + 1}.00"))
    both = ("s01",)
    basket = AVERAGE_BASKET.value(total(asked(chain, AVERAGE_BASKET, both).values()))
    rate = CONVERSION.value(total(asked(chain, CONVERSION, both).values()))
    sales = NET_SALES.value(total(asked(chain, NET_SALES, both).values()))
    people = FOOTFALL.value(total(asked(chain, FOOTFALL, both).values()))
    assert basket is not None
    assert rate is not None
    assert sales is not None
    assert people is not None
    assert float(basket) * float(rate) == pytest.approx(float(sales) / float(people))


MORNING = {"opening_hours": {"opens": "09:00", "closes": "11:00"}}


def open_in_the_morning(chain: SmallChain, **more: object) -> None:
    """s01 is open from 9 to 11, and always was."""
    chain.flush()
    with chain.database.writing() as session:
        edit_store(session, TENANT, "s01", {**MORNING, **more}, None)


def estimate(chain: SmallChain) -> tuple[Number | None, float | None]:
    whole = total(asked(chain, FOOTFALL_ESTIMATED).values())
    assert whole is not None
    return FOOTFALL_ESTIMATED.value(whole), whole.coverage


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        # Entries and seconds watched of each hour's minutes; estimate and coverage.
        (((100, 60), (100, 60)), None, (200, 1.0)),
        (((100, 60), (50, 30)), None, (200, 0.75)),
        (((6, 6), (6, 6)), None, (None, 0.1)),
        (((100, 60), (0, 0)), None, (None, 0.5)),
        (((60, 42), (60, 42)), None, (171, 0.7)),
        (((60, 41), (60, 41)), None, (None, 41 / 60)),
        (((0, 60), (0, 60)), None, (0, 1.0)),
        # Three of four usually come in the first hour: a week ago says so.
        (((300, 60), (50, 30)), ((300, 60), (100, 60)), (400, 0.875)),
        (((300, 60), (0, 0)), ((300, 60), (100, 60)), (400, 0.75)),
        (((0, 0), (100, 60)), ((300, 60), (100, 60)), (None, 0.25)),
        # An hour in which nobody usually comes weighs next to nothing, yet something.
        (((100, 60), (0, 0)), ((100, 60), (0, 60)), (100, 1 / 1.005)),
    ],
)
def test_unwatched_time_is_filled_in_by_what_usually_happens_then_or_not_at_all(
    chain: SmallChain,
    first: tuple[tuple[int, float], tuple[int, float]],
    second: tuple[tuple[int, float], tuple[int, float]] | None,
    told: tuple[Number | None, float],
) -> None:
    open_in_the_morning(chain)
    for day, hours in ((TODAY, first), (TODAY - timedelta(days=7), second)):
        for at, (entries, watched_s) in zip((9, 10), hours or (), strict=False):
            for minute in range(60):
                count = entries // 60 + (minute < entries % 60)
                chain.minute(local(at, minute, day=day), count, watched_s=watched_s)
    assert estimate(chain) == (told[0], pytest.approx(told[1]))


def test_an_estimate_is_the_same_asked_alone_and_within_a_longer_time(chain: SmallChain) -> None:
    open_in_the_morning(chain)
    for back in range(6):
        for minute in range(120):
            at = local(9 + minute // 60, minute % 60, day=TODAY - timedelta(days=back))
            chain.minute(at, (back + minute) % 3, watched_s=60.0 if (back + minute) % 4 else 20.0)
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        store, first = known.stores["s01"].hours, TODAY - timedelta(days=5)
        long = between(TENANT, [store], first, TODAY, NOW)
        week = FOOTFALL_ESTIMATED.measure(session, long, Aspect())
        for back in range(6):
            day = TODAY - timedelta(days=back)
            alone = between(TENANT, [store], day, day, NOW)
            cell = Cell("s01", day, None)
            assert FOOTFALL_ESTIMATED.measure(session, alone, Aspect()) == {cell: week[cell]}


def always_open(chain: SmallChain, zone: str, opens: str, closes: str) -> None:
    hours = {"opens": opens, "closes": closes}
    open_in_the_morning(chain, opening_hours=hours, time_zone=zone)


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Europe/Berlin", date(2026, 3, 28), 1380),
        ("Europe/Berlin", date(2026, 3, 29), 1440),
        ("Europe/Berlin", date(2026, 3, 30), 1440),
        ("Europe/Berlin", date(2025, 10, 25), 1500),
        ("Europe/Berlin", date(2025, 10, 26), 1440),
        ("America/New_York", date(2026, 3, 7), 1380),
        ("Australia/Lord_Howe", date(2026, 4, 4), 1470),
        ("Asia/Shanghai", date(2026, 3, 28), 1440),
    ],
)
@pytest.mark.parametrize(("opens", "closes"), [("00:00", "23:59"), ("00:00", "00:00")])
def test_a_store_that_never_closes_counts_every_minute_of_every_day(
    chain: SmallChain, zone: str, day: date, minutes: int, opens: str, closes: str
) -> None:
    always_open(chain, zone, opens, closes)
    there = ZoneInfo(zone)
    at, until = day_start(day, there), day_start(day + timedelta(days=1), there)
    while at < until:
        chain.minute(at, 1, day=day)
        at += timedelta(minutes=1)
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        asked = between(TENANT, [known.stores["s01"].hours], day, day, until + timedelta(days=1))
        cells = FOOTFALL.measure(session, asked, Aspect())
    whole = total(cells.values())
    assert whole is not None
    assert (FOOTFALL.value(whole), whole.coverage) == (minutes, 1.0)
    assert all(FOOTFALL.value(sums) for sums in cells.values())


def test_staff_that_crosses_while_the_store_is_closed_is_left_out_and_shown(
    chain: SmallChain,
) -> None:
    open_in_the_morning(chain)
    for minute in range(60):
        chain.minute(local(6, minute), 0, staff=1)
        chain.minute(local(9, minute), 2)
        chain.minute(local(10, minute), 0)
    chain.minute(local(13), 3)  # its device knows no opening hours
    left_out = asked(chain, STAFF_LEFT_OUT)
    assert STAFF_LEFT_OUT.value(left_out[Cell("s01", TODAY, 6)]) == 60
    assert STAFF_LEFT_OUT.value(total(left_out.values())) == 63
    people = asked(chain, FOOTFALL)
    assert FOOTFALL.value(total(people.values())) == 120
    assert {cell.hour for cell in people} == {9, 10}
    with chain.reading() as session:
        assert staff_left_out(load_doors(session, window(chain))) == {"s01": 63}


def test_footfall_and_conversion_as_of_a_time_know_what_had_arrived_and_end_then(
    chain: SmallChain,
) -> None:
    open_in_the_morning(chain)
    for minute in range(120):
        at = local(9 + minute // 60, minute % 60)
        late = timedelta(hours=3) if 30 <= minute < 60 else timedelta(minutes=1)
        chain.minute(at, 1, arrived_at=at + late)
    for minute in range(0, 60, 2):
        number = minute + 1
        chain.receipt(local(9, minute), (WATER, "1", "1.00"), seq=number)
        chain.event("s01-till", 0, number, at=local(9, minute), kind="receipt")

    def then(metric: Metric, as_of: datetime) -> tuple[Number | None, float | None]:
        with chain.reading() as session:
            asked = window(chain).known_by(as_of)
            whole = total(metric.measure(session, asked, Aspect()).values())
        return metric.value(whole), whole.coverage if whole else None

    assert then(FOOTFALL, local(9)) == (None, None)
    assert then(CONVERSION, local(9)) == (None, None)
    # 9:00 to 9:29 and 10:00 are here; until 9:56 is due, for the newest five minutes may be late.
    assert then(FOOTFALL, local(10, 1)) == (31, pytest.approx(31 / 56))
    assert then(CONVERSION, local(10, 1)) == (pytest.approx(15 / 31), pytest.approx(30 / 56))
    assert then(FOOTFALL, local(11, 10)) == (90, 0.75)
    assert then(CONVERSION, local(13, 30)) == (0.25, 1.0)
    assert then(FOOTFALL, local(13, 30)) == (120, 1.0)


def test_a_minute_kept_by_an_earlier_release_counts_as_arrived_when_it_was_over(
    chain: SmallChain,
) -> None:
    chain.minute(local(9, 0), 3)
    with chain.reading() as session:
        for as_of, entries in ((local(9, 0, second=30), None), (local(9, 1), 3)):
            asked = window(chain).known_by(as_of)
            cells = FOOTFALL.measure(session, asked, Aspect())
            assert FOOTFALL.value(cells.get(Cell("s01", TODAY, 9))) == entries


def test_conversion_is_covered_no_better_than_its_tills(chain: SmallChain) -> None:
    open_in_the_morning(chain)
    hour(chain, 9, 1)
    hour(chain, 10, 1)
    chain.receipt(local(9, 30), (WATER, "1", "1.00"))
    chain.unlink("s01", local(10))
    whole = total(asked(chain, CONVERSION).values())
    assert whole is not None
    assert (whole.amount, whole.base, whole.coverage) == (1, 60, 0.5)
