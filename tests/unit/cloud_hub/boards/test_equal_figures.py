"""Every metric of the register says one thing: over HTTP by the day, by the hour and as a week, on
every page, in every file that a page saves, and in docs/metrics.md. A metric that is added is
walked by itself; what is shown or saved nowhere stands below, with the reason."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.insight.figure import Figure
from cloud_hub.insight.metric import Grain, MetricKind
from cloud_hub.register import METRICS, SCREENS, SEARCHES
from cloud_hub.web.parts.table_export import export
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole
from tests.small_chain import (
    NOW,
    OWN,
    TODAY,
    head_office,
)
from tests.stage.days.told_week import WEEK, tell_a_week
from tests.stage.doors import Doors

DOCUMENT = Path(__file__).parents[4] / "docs" / "metrics.md"

PAGES = {
    "/views/home": {},
    "/views/footfall": {},
    "/views/fleet": {},
    "/views/stores/s01": {"store": "s01"},
    "/views/shelves/s01-a": {"store": "s01", "fixture": "s01-a"},
    "/views/brands/spring": {"brand": OWN},
    "/views/devices/s01-door": {"store": "s01", "device": "s01-door"},
}
"""Every page that shows figures, and what it asks of a metric."""

ON_NO_PAGE = {
    "footfall-estimated": "a page shows what was measured and how far it was watched",
    "queue-length": "pages show the most who waited, and how long",
    "queue-wait": "the store's page shows it by zone",
    "zone-dwell": "the store's page shows it by zone",
    "zone-conversion": "the store's page shows it by zone",
    "passers-by": "the store's page shows it by line",
    "sell-out": "a brand's page shows it by product",
    "sell-out-estimated": "pages show it by product, and where no sale passes a till",
    "cooler-power": "an installation's own sensor has no place on a page of everybody",
    "cooler-energy": "likewise: only where an installation has meters",
    "cooler-health": "pages name each cooler that may fail, with the reason",
    "must-have-present": "a brand's page shows the goods that are missing by name",
    "share-of-shelf-by-width": "pages show the share by facings",
    "basket-fill": "only of a chest freezer",
    "recognition-accuracy": "pages show the audit of 28 days",
    "recognition-coverage": "pages show the audit of 28 days",
}
"""What is no figure of this chain's pages."""
NOT_SAVED = {
    "pages show it in tiles and in tables that are not saved as files; the API gives its series": (
        "footfall",
        "average-basket",
        "units-per-transaction",
        "sales-per-m2",
        "return-rate",
        "member-rate",
        "queue-wait-p90",
        "zone-visits",
        "staff-left-out",
        "facings",
        "share-of-shelf",
        "purity",
        "compliance",
        "compliance-presence",
        "compliance-position",
        "compliance-facings",
        "connected",
        "working",
    ),
    "no page shows it as a figure": tuple(ON_NO_PAGE),
}
"""What stands in no file that a page saves, by reason."""
WITHOUT_VALUE = {
    "sell-out-estimated": "every cooler of this chain stands where a till sells",
    "basket-fill": "the chain has no chest freezer",
    "recognition-accuracy": "nobody judged twenty pictures here",
}
"""What this chain tells nothing of: equality of it is equality of no data."""


@pytest.fixture
def told(doors: Doors) -> Doors:
    tell_a_week(doors.chain)
    return doors


async def the_series(doors: Doors, name: str, **asked: str) -> Any:
    answer = await doors.get(f"/metrics/{name}", LoginRole.HEAD_OFFICE, **asked)
    assert answer.status_code == 200, (name, answer.text)
    return answer.json()


async def of_today(doors: Doors, name: str, asked: dict[str, str]) -> Any:
    """What the API says of today, of as much of the question as the metric can be asked."""
    known = {"store", *METRICS[name].filters}
    heeded = {key: value for key, value in asked.items() if key in known}
    series = await the_series(doors, name, **heeded, **{"from": str(TODAY), "to": str(TODAY)})
    (point,) = series["points"] or [{"value": None, "coverage": None}]
    return point


def exactly(value: Any) -> Decimal | None:
    """A number as JSON tells it: money as text, all others as numbers."""
    return None if value is None else Decimal(str(value))


def shown_in(node: Any, asked: dict[str, str]) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Every figure in a page's view, with what it is asked of: the store, the fixture and the
    device of the row in which it stands. Rows of one product are asked of no metric."""
    if isinstance(node, list):
        for each in node:
            yield from shown_in(each, asked)
    if not isinstance(node, dict) or "gtin" in node:
        return
    if {"metric", "value", "coverage"} <= node.keys():
        yield asked, node
        return
    here = {
        kind: node[f"{kind}_id"]
        for kind in ("store", "fixture", "device")
        if node.get(f"{kind}_id")
    }
    for each in node.values():
        yield from shown_in(each, asked | here)


async def test_every_page_shows_what_the_api_says(told: Doors) -> None:
    met = set()
    for path, asked in PAGES.items():
        view = (await told.get(path, LoginRole.HEAD_OFFICE)).json()
        for of, figure in shown_in(view, asked):
            point = await of_today(told, figure["metric"], of)
            same = (figure["metric"], path, of)
            assert exactly(figure["value"]) == exactly(point["value"]), same
            assert figure["coverage"] == point["coverage"], same
            met.add(figure["metric"])
    assert METRICS.keys() - met == ON_NO_PAGE.keys()


async def test_days_and_hours_add_up_to_what_is_said_of_the_week(told: Doors) -> None:
    span = {"store": "s01", "from": str(WEEK[0]), "to": str(WEEK[-1])}
    without = set()
    for name, metric in METRICS.items():
        week = await the_series(told, name, **span)
        values = [exactly(point["value"]) for point in week["points"]]
        if not any(value is not None for value in values):
            without.add(name)
        if metric.kind is MetricKind.STATE:
            assert week["total"] is None, name
        if metric.kind is not MetricKind.FLOW:
            continue
        assert exactly(week["total"]["value"]) == added(values), name
        if metric.grain is Grain.HOUR:
            hours = (await the_series(told, name, **span, grain="hour"))["points"]
            for day, value in zip(week["points"], values, strict=True):
                of_day = [exactly(hour["value"]) for hour in hours if hour["day"] == day["day"]]
                assert added(of_day) == value, (name, day["day"])
    assert without == WITHOUT_VALUE.keys()


def added(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


async def test_two_stores_together_are_the_sum_of_each(told: Doors) -> None:
    today = {"from": str(TODAY), "to": str(TODAY)}
    for name, metric in METRICS.items():
        if metric.kind in (MetricKind.FLOW, MetricKind.STATE):
            both = (await the_series(told, name, **today))["points"]
            each = (await the_series(told, name, **today, each="true"))["points"]
            values = [exactly(point["value"]) for point in each]
            whole = exactly(both[0]["value"]) if both else None
            assert whole == added(values), name


def tables(doors: Doors) -> list[Table[Any]]:
    """Every table that a page of the console can save."""
    found: list[Table[Any]] = []
    with doors.chain.reading() as session:
        for screen in SCREENS:
            if screen.tables is not None and head_office().may(screen.permission):
                reader = Reader(
                    viewer=head_office(),
                    words=Words("en", ZoneInfo("Asia/Shanghai")),
                    now=NOW,
                    here=screen.path,
                    searches=SEARCHES,
                )
                found += screen.tables(session, reader, {})
    return found


def columns_of(table: Table[Any], figure_of: str) -> list[Column[Any]]:
    """The columns that change with a row's figure."""
    row = table.rows[0]
    figure = replace(getattr(row, figure_of), value=Decimal("-123454321.0123"))
    changed = replace(row, **{figure_of: figure})
    return [column for column in table.columns if column.value(changed) != column.value(row)]


def figures_of(table: Table[Any]) -> list[str]:
    """The names of a table's fields that are figures."""
    if not table.rows:
        return []
    row = table.rows[0]
    return [each.name for each in fields(row) if isinstance(getattr(row, each.name), Figure)]


async def test_every_file_that_a_page_saves_holds_what_the_api_says_to_the_last_digit(
    told: Doors,
) -> None:
    saved = set()
    for table in tables(told):
        rows = list(csv.DictReader(io.StringIO(export(table, "", "en").text.lstrip("\ufeff"))))
        for field in figures_of(table):
            for column in columns_of(table, field):
                for row, line in zip(table.rows, rows, strict=True):
                    name = getattr(row, field).metric
                    point = await of_today(told, name, {"store": row.store_id})
                    cell = line[column.title]
                    assert (Decimal(cell) if cell else None) == exactly(point["value"]), (name, row)
                    saved.add(name)
    listed = [name for names in NOT_SAVED.values() for name in names]
    assert sorted([*saved, *listed]) == sorted(METRICS)


async def test_a_file_leaves_empty_what_nothing_is_known_of(doors: Doors) -> None:
    for table in tables(doors):
        rows = list(csv.DictReader(io.StringIO(export(table, "", "en").text.lstrip("\ufeff"))))
        for field in figures_of(table):
            for column in columns_of(table, field):
                for row, line in zip(table.rows, rows, strict=True):
                    figure = getattr(row, field)
                    assert (line[column.title] == "") is (figure.value is None), (field, figure)


async def test_the_documentation_names_the_unit_and_the_rule_that_the_api_names(
    doors: Doors,
) -> None:
    told = (await doors.get("/metrics", LoginRole.HEAD_OFFICE)).json()
    document = DOCUMENT.read_text(encoding="utf-8")
    sections = {
        (name, unit): rule
        for name, unit, rule in re.findall(
            r"^`([a-z0-9-]+)` · .*? · unit `([^`]+)` .*?^- No data 无数据: (.*?)$",
            document,
            re.DOTALL | re.MULTILINE,
        )
    }
    assert {(one["name"], one["unit"]) for one in told} == sections.keys()
    for one in told:
        rule = METRICS[one["name"]].no_data
        assert one["no_data"]["en"] == rule.text("en")
        assert sections[one["name"], one["unit"]] == f"{rule.text('en')} {rule.text('zh')}"
