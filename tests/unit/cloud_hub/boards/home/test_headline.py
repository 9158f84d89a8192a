"""The day in two sentences."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cloud_hub.boards.home.headline import headline
from cloud_hub.boards.problems.row import Cost, ProblemRow
from cloud_hub.core.text import Text
from cloud_hub.insight.snapshot import Snapshot, load_snapshot
from device_profiles.names import Names
from tests.small_chain import NOW, TENANT, TODAY, SmallChain
from tests.stage.page_parts import a_figure, a_problem


@pytest.fixture
def snapshot(two_stores: SmallChain) -> Snapshot:
    with two_stores.reading() as session:
        loaded = load_snapshot(session, TENANT, NOW)
    assert loaded is not None
    return loaded


def said(snapshot: Snapshot, *problems: ProblemRow, **sales: object) -> str:
    figures = (a_figure(), a_figure(**({"metric": "net-sales", "value": Decimal("94")} | sales)))
    return headline(snapshot, figures, problems, 1).text("en")


def costing(amount: str) -> ProblemRow:
    cost = Cost(amount=Decimal(amount), currency="CNY", a_day=False, formula=Text("worked out"))
    return a_problem(cost=cost, sentence=Names(en="Cola is empty."))


def test_a_quiet_day_says_so(snapshot: Snapshot) -> None:
    assert said(snapshot) == "Today until 14:32, 1 of 2 stores: ¥ 94. Nothing needs you now."


def test_without_sales_data_no_number_is_told(snapshot: Snapshot) -> None:
    assert "1 of 2 stores: no sales data." in said(snapshot, value=None)


def test_sales_are_told_against_the_weekday_before(snapshot: Snapshot) -> None:
    assert "¥ 94, −6 % on last Wednesday." in said(snapshot, change=-0.06)
    assert "¥ 94, +6 % on last Wednesday." in said(snapshot, change=0.06)


def test_an_older_day_is_named_where_last_week_was_an_exception(snapshot: Snapshot) -> None:
    day = snapshot.today.days[0]
    closed = {TODAY - timedelta(days=7): None}
    hours = day.store.hours.model_copy(update={"exceptions": closed})
    window = snapshot.today.cut_to([replace(day, store=replace(day.store, hours=hours))])
    assert "¥ 94, +6 % on 2026-02-18." in said(replace(snapshot, today=window), change=0.06)


def test_what_problems_cost_is_added_up_and_the_first_is_told(snapshot: Snapshot) -> None:
    told = said(snapshot, costing("20"), costing("11"), a_problem())
    assert told.endswith("Three problems cost about ¥ 31 today: first, Cola is empty.")
    assert said(snapshot, costing("20")).endswith(
        "One problem costs about ¥ 20 today: first, Cola is empty."
    )


def test_problems_without_a_price_are_counted_alone(snapshot: Snapshot) -> None:
    assert said(snapshot, a_problem()).endswith("One problem: first, Empty")
    told = said(snapshot, a_problem(), costing("0.4"))
    assert told.endswith("Two problems: first, Empty"), "¥ 0 would be no price"
