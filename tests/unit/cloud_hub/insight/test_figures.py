"""Today's figure, its hours, and the same weekday before at the same time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.figures import (
    OVER_FULL,
    Comparison,
    DataAge,
    cells_by_store,
    compare,
    day_values,
    figure,
)
from cloud_hub.insight.metric import Direction, Grain, Metric, MetricKind, Unit
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.insight.sums import Cell, Sums
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local

WEEK_AGO = TODAY - timedelta(days=7)
NO_AGE = DataAge(data_at={}, photo_at={})


def metric(
    unit: Unit = Unit.PEOPLE, kind: MetricKind = MetricKind.FLOW, source: str = "receipt"
) -> Metric:
    text = Text("x")
    return Metric(
        name="x",
        title=text,
        kind=kind,
        formula=text,
        unit=unit,
        grain=Grain.HOUR,
        direction=Direction.DOWN,
        sources=(source,),
        no_data=text,
        measure=lambda session, window, aspect: {},
        needs=Permission.SEE_SALES,
    )


def comparison(tmp_path: Path, age: DataAge = NO_AGE, **more: Any) -> Comparison:
    chain = SmallChain.open(tmp_path, stores=2)
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        return compare(snapshot, age, **({"store_ids": ("s01", "s02")} | more))


def cells(*each: tuple[str, date, int, float]) -> Mapping[Cell, Sums]:
    return {Cell(store, day, hour): Sums(amount=amount) for store, day, hour, amount in each}


def test_todays_hours_add_up_to_todays_value(tmp_path: Path) -> None:
    told = figure(metric(), cells(("s01", TODAY, 9, 5), ("s02", TODAY, 9, 2)), comparison(tmp_path))
    assert told.value == 7
    assert (told.first_hour, len(told.hours)) == (7, 8)
    assert told.hours[:4] == (None, None, 7, None)
    assert (told.provisional, told.better) == (True, Direction.DOWN)


def test_without_any_cell_there_is_no_data_and_no_hour(tmp_path: Path) -> None:
    told = figure(metric(), {}, comparison(tmp_path))
    assert (told.value, told.coverage, told.hours) == (None, None, ())
    assert (told.previous, told.change) == (None, None)


def test_what_only_a_day_has_has_no_hours(tmp_path: Path) -> None:
    whole = {Cell("s01", TODAY, None): Sums(amount=5)}
    told = figure(metric(), whole, comparison(tmp_path))
    assert (told.value, told.hours) == (5, ())


def test_a_change_is_relative_but_for_a_share_its_difference(tmp_path: Path) -> None:
    against = comparison(tmp_path)
    people = cells(("s01", TODAY, 9, 150), ("s01", WEEK_AGO, 9, 100))
    assert figure(metric(), people, against).change == pytest.approx(0.5)
    share = {
        Cell("s01", TODAY, 9): Sums(amount=30, base=100),
        Cell("s01", WEEK_AGO, 9): Sums(amount=20, base=100),
    }
    told = figure(metric(Unit.RATIO, MetricKind.RATIO), share, against)
    assert (told.previous, told.change) == (0.2, pytest.approx(0.1))


def test_the_change_is_over_stores_that_have_data_on_both_days(tmp_path: Path) -> None:
    told = figure(
        metric(),
        cells(("s01", TODAY, 9, 150), ("s01", WEEK_AGO, 9, 100), ("s02", TODAY, 9, 1000)),
        comparison(tmp_path),
    )
    assert (told.value, told.previous, told.change) == (1150, 100, pytest.approx(0.5))


def test_against_nothing_there_is_no_change(tmp_path: Path) -> None:
    told = figure(
        metric(), cells(("s01", TODAY, 9, 5), ("s01", WEEK_AGO, 9, 0)), comparison(tmp_path)
    )
    assert (told.previous, told.change) == (0, None)


def test_only_money_has_a_currency(tmp_path: Path) -> None:
    against = comparison(tmp_path)
    money = {Cell("s01", TODAY, 9): Sums(amount=Decimal("3.50"))}
    assert figure(metric(Unit.MONEY), money, against).currency == "CNY"
    assert figure(metric(), money, against).currency is None


def test_a_share_above_one_is_shown_with_a_note(tmp_path: Path) -> None:
    over = {Cell("s01", TODAY, 9): Sums(amount=5, base=4)}
    told = figure(metric(Unit.RATIO, MetricKind.RATIO), over, comparison(tmp_path))
    assert (told.value, told.note) == (1.25, OVER_FULL)


def test_a_figure_is_as_old_as_its_stores_newest_data(tmp_path: Path) -> None:
    age = DataAge(data_at={"s01": local(13), "s02": local(14)}, photo_at={})
    against = comparison(tmp_path, age)
    some = cells(("s01", TODAY, 9, 5))
    assert figure(metric(), some, against).as_of == local(14)
    assert figure(metric(), some, against.only("s01")).as_of == local(13)
    assert figure(metric(), some, against, as_of=local(8)).as_of == local(8)


def test_a_figure_made_of_pictures_is_as_old_as_the_oldest_of_them(tmp_path: Path) -> None:
    age = DataAge(
        data_at={"s01": local(14), "s02": local(14)},
        photo_at={"s01": local(11), "s02": local(12)},
    )
    against = comparison(tmp_path, age)
    some = cells(("s01", TODAY, 9, 5))
    assert figure(metric(source="shelf"), some, against).as_of == local(11)
    assert figure(metric(), some, against).as_of == local(14)


def test_data_from_the_future_makes_no_figure_younger_than_now(tmp_path: Path) -> None:
    def as_of(data_at: datetime | None) -> datetime:
        against = comparison(tmp_path, DataAge(data_at={"s01": data_at}, photo_at={}))
        return figure(metric(), {}, against).as_of

    assert as_of(NOW + timedelta(hours=1)) == NOW


def test_stores_that_are_left_out_are_named_and_not_counted(tmp_path: Path) -> None:
    against = comparison(tmp_path, store_ids=("s01",), without=("s02",))
    told = figure(metric(), cells(("s01", TODAY, 9, 5), ("s02", TODAY, 9, 2)), against)
    assert told.value == 5
    assert [name.text("en") for name in told.without] == ["Store 02"]


def test_a_comparison_reads_both_days_at_once(tmp_path: Path) -> None:
    against = comparison(tmp_path)
    assert {(day.store_id, day.day) for day in against.window.days} == {
        (store, day) for store in ("s01", "s02") for day in (TODAY, WEEK_AGO)
    }
    assert against.only("s02").window.store_ids == {"s02"}


def test_the_hours_shown_are_those_of_the_store_that_opens_longest(tmp_path: Path) -> None:
    against = comparison(tmp_path)
    first, second = against.today
    late = replace(first, intervals=((local(10), first.close_at),))
    told = figure(metric(), cells(("s01", TODAY, 11, 1)), replace(against, today=(late, second)))
    assert told.first_hour == 7


def test_cells_are_told_by_store_and_by_day() -> None:
    some = cells(("s01", TODAY, 9, 5), ("s01", WEEK_AGO, 9, 1), ("s02", TODAY, 9, 2))
    assert {store: len(each) for store, each in cells_by_store(some).items()} == {
        "s01": 2,
        "s02": 1,
    }
    assert day_values(metric(), some) == {TODAY: 7, WEEK_AGO: 1}
