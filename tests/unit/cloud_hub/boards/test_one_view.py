"""One figure, one value: alone, within a longer time, on a page, over HTTP, in every comparison."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from cloud_hub.boards.footfall.view import footfall_view
from cloud_hub.boards.home.view import home_view
from cloud_hub.boards.store.view import store_view
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, Cells, Number, Sums, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.editing import edit_store
from cloud_hub.master_data.former import Change, FormerKind, listing_content, listing_id
from cloud_hub.master_data.goods_tables import ListingRow
from cloud_hub.register import METRICS, SEARCHES
from device_profiles.store import LoginRole
from tests.small_chain import (
    NOW,
    PLAN,
    TEA,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    head_office,
    local,
)
from tests.stage.doors import Doors

DAYS = 8
WEEK = [TODAY - timedelta(days=back) for back in reversed(range(DAYS))]
HOURS = (
    {"opens": "09:00", "closes": "12:00"},
    {"opens": "10:00", "closes": "14:00"},
    {"week": {day: [["09:00", "11:00"], ["12:30", "14:00"]] for day in ("mon", "wed", "thu")}},
    {"opens": "09:00", "closes": "12:00", "exceptions": {str(WEEK[3]): None}},
)


def tell(chain: SmallChain, dice: Random) -> None:
    """Some days of a store: doors that come late and go blind, sales, photos; and master data that
    change meanwhile."""
    begins = {"door-a": 0, "door-b": dice.randrange(DAYS), "door-c": dice.randrange(DAYS)}
    for number, day in enumerate(WEEK):
        for line_id, first in begins.items():
            is_silent = dice.random() < 0.2 and line_id != "door-a"
            if number >= first and not is_silent:
                _watch(chain, day, line_id, dice)
        for _ in range(dice.randrange(20, 60)):
            at = local(dice.randrange(8, 14), dice.randrange(60), day=day)
            chain.receipt(at, (WATER, "1", f"{dice.randrange(1, 9)}.50"))
        for hour in (9, 10, 11):
            seen = {slot: gtin for slot, gtin in PLAN.items() if dice.random() < 0.8}
            chain.photo(local(hour, day=day), seen=seen)
    chain.flush()
    with chain.database.writing() as session:
        for _ in range(5):
            since = local(dice.randrange(24), day=dice.choice(WEEK))
            changes = {
                "opening_hours": dice.choice(HOURS),
                "selling_area_m2": float(dice.randrange(20, 90)),
            }
            edit_store(session, TENANT, "s01", changes, since)
            _list(Change(session=session, tenant_id=TENANT, since=since), dice)


def _watch(chain: SmallChain, day: date, line_id: str, dice: Random) -> None:
    watched_s = dice.choice((60.0, 60.0, 30.0, 0.0))
    for minute in range(0, 300):
        at = local(9 + minute // 60, minute % 60, day=day)
        sees = watched_s if minute >= 60 else 60.0
        chain.minute(
            at,
            int(sees > 0) * (minute % 3),
            line_id=line_id,
            staff=minute % 50 == 0,
            watched_s=sees,
        )


def _list(change: Change, dice: Random) -> None:
    gtin = dice.choice((WATER, TEA))
    row = change.session.get_one(ListingRow, (TENANT, "s01", gtin))
    change.keep(
        FormerKind.LISTING, {listing_id("s01", gtin): listing_content(must_have=row.must_have)}
    )
    row.must_have = not row.must_have


def ask(chain: SmallChain, metric: Metric, first: date, last: date) -> Cells:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        window = between(TENANT, [known.stores["s01"].hours], first, last, NOW)
        return {
            cell: in_order(sums) for cell, sums in metric.measure(session, window, Aspect()).items()
        }


def in_order(sums: Sums) -> Sums:
    return sums._replace(samples=tuple(sorted(sums.samples)))


@pytest.fixture(params=range(3))
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallChain]:
    chain = SmallChain.open(tmp_path)
    tell(chain, Random(request.param))
    yield chain
    chain.database.close()


def test_every_metric_says_the_same_of_a_day_alone_and_within_any_longer_time(
    told: SmallChain,
) -> None:
    for metric in METRICS.values():
        week = ask(told, metric, WEEK[0], WEEK[-1])
        for first, last in ((0, 0), (3, 3), (5, 5), (7, 7), (2, 5), (5, 7)):
            days = WEEK[first : last + 1]
            within = {cell: sums for cell, sums in week.items() if cell.day in days}
            assert ask(told, metric, days[0], days[-1]) == within, (metric.name, days)


def value_of(metric: Metric, cells: Cells, day: date) -> Number | None:
    return metric.value(total(sums for cell, sums in cells.items() if cell.day == day))


def test_the_stores_page_says_what_the_metrics_say(told: SmallChain) -> None:
    with told.reading() as session:
        page = store_view(session, head_office(), NOW, "s01", SEARCHES)
    asked = {name: ask(told, METRICS[name], WEEK[0], WEEK[-1]) for name in METRICS}
    rows = {row.business_day: row for row in page.days}
    for day in WEEK:
        row = rows[day]
        shown = (row.net_sales, row.footfall, row.conversion)
        names = ("net-sales", "footfall", "conversion")
        assert shown == tuple(value_of(METRICS[name], asked[name], day) for name in names), day
    for figure in page.figures:
        assert figure.value == value_of(METRICS[figure.metric], asked[figure.metric], TODAY)


def test_pages_of_the_chain_say_what_the_stores_page_says(told: SmallChain) -> None:
    with told.reading() as session:
        store = store_view(session, head_office(), NOW, "s01", SEARCHES)
        home = home_view(session, head_office(), NOW, SEARCHES)
        floor = footfall_view(session, head_office(), NOW, SEARCHES)

    def figures(found: tuple[Figure, ...]) -> dict[str, Figure]:
        return {each.metric: replace(each, without=()) for each in found}

    here = figures(store.figures)
    for page in (figures(home.figures), figures(floor.figures)):
        for name in page.keys() & here.keys():
            assert page[name] == here[name], name
    (line,) = home.stores
    (row,) = floor.stores
    assert line.net_sales == here["net-sales"]
    assert line.conversion == row.conversion == here["conversion"]


async def test_the_door_for_programs_says_the_same_alone_and_as_a_week(doors: Doors) -> None:
    tell(doors.chain, Random(7))
    for name, metric in METRICS.items():
        span = {"store": "s01", "from": str(WEEK[0]), "to": str(WEEK[-1])}
        whole = (await doors.get(f"/metrics/{name}", LoginRole.HEAD_OFFICE, **span)).json()
        points = {point["day"]: point for point in whole["points"]}
        for day in (WEEK[0], WEEK[4], TODAY):
            alone = {"store": "s01", "from": str(day), "to": str(day)}
            answer = (await doors.get(f"/metrics/{name}", LoginRole.HEAD_OFFICE, **alone)).json()
            assert answer["points"] == [points[key] for key in points if key == str(day)], (
                name,
                day,
            )
            measured = value_of(metric, ask(doors.chain, metric, day, day), day)
            assert answer["points"] == [] or _same(answer["points"][0]["value"], measured), name


def _same(told: object, measured: Number | None) -> bool:
    return (
        told is measured if measured is None else float(str(told)) == pytest.approx(float(measured))
    )


MONDAY_BEFORE = TODAY - timedelta(days=7)


def sold_each_hour(chain: SmallChain, day: date, hours: range) -> None:
    for hour in hours:
        chain.receipt(local(hour, 30, day=day), (WATER, "1", "100.00"))
        for minute in range(60):
            chain.minute(local(hour, minute, day=day), 1)


def test_a_day_half_of_which_is_unknown_is_compared_over_the_other_half(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path)
    sold_each_hour(chain, MONDAY_BEFORE, range(7, 20))
    sold_each_hour(chain, TODAY, range(7, 10))
    # The till's newest word is of 10:00; the door is blind from then on.
    chain.unlink("s01", local(10))
    for minute in range(4 * 60):
        chain.minute(local(10 + minute // 60, minute % 60), 0, watched_s=0.0)
    with chain.reading() as session:
        page = {
            figure.metric: figure
            for figure in store_view(session, head_office(), NOW, "s01", SEARCHES).figures
        }
    assert (page["net-sales"].value, page["net-sales"].previous) == (Decimal(300), Decimal(300))
    assert (page["footfall"].value, page["footfall"].previous) == (180, 180)
    assert (page["net-sales"].change, page["footfall"].change) == (0, 0)
    assert page["average-basket"].change == 0
    assert page["conversion"].change == 0
    assert page["sales-per-m2"].change is None


@pytest.mark.parametrize(("until_min", "hours"), [(0, 3), (30, 3), (53, 3), (54, 4)])
def test_an_hour_is_compared_where_both_days_know_nine_tenths_of_it(
    tmp_path: Path, until_min: int, hours: int
) -> None:
    chain = SmallChain.open(tmp_path)
    sold_each_hour(chain, MONDAY_BEFORE, range(7, 20))
    sold_each_hour(chain, TODAY, range(7, 10))
    chain.unlink("s01", local(10, until_min))
    with chain.reading() as session:
        figures = store_view(session, head_office(), NOW, "s01", SEARCHES).figures
    sales = next(figure for figure in figures if figure.metric == "net-sales")
    assert sales.previous == hours * 100
    assert sales.change == pytest.approx(300 / (hours * 100) - 1)


def test_a_store_that_is_left_out_is_so_in_words_figures_and_tables(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path, stores=2)
    for store_id in ("s01", "s02"):
        for day in (TODAY, MONDAY_BEFORE):
            chain.receipt(local(9, day=day), (WATER, "1", "50.00"), store_id=store_id)
            for minute in range(60):
                chain.minute(local(9, minute, day=day), 1, store_id=store_id)
    chain.unlink("s02", local(12))
    with chain.reading() as session:
        home = home_view(session, head_office(), NOW, SEARCHES)
        floor = footfall_view(session, head_office(), NOW, SEARCHES)
    for figures in (home.figures, floor.figures):
        assert {name.text("en") for each in figures for name in each.without} == {"Store 02"}
    sales = next(figure for figure in home.figures if figure.metric == "net-sales")
    assert sales.value == sum(
        (Decimal(row.net_sales.value) for row in home.stores if row.net_sales.value is not None),
        Decimal(0),
    )
    people = next(figure for figure in floor.figures if figure.metric == "footfall")
    assert people.value == sum(row.footfall.value or 0 for row in floor.stores) == 60


def test_a_past_comparable_day_has_the_hours_that_held_then(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path)
    sold_each_hour(chain, MONDAY_BEFORE, range(7, 20))
    sold_each_hour(chain, TODAY, range(7, 14))
    chain.flush()
    with chain.database.writing() as session:
        hours = {"opening_hours": {"opens": "09:00", "closes": "23:00"}}
        edit_store(session, TENANT, "s01", hours, local(6))
    with chain.reading() as session:
        figures = store_view(session, head_office(), NOW, "s01", SEARCHES).figures
    people = next(figure for figure in figures if figure.metric == "footfall")
    # 9:00 to 14:00: only hours that both days were open in are compared.
    assert (people.previous, people.change) == (300, 0)
    assert Cell("s01", TODAY, 7) not in ask(chain, METRICS["footfall"], TODAY, TODAY)
