"""A change of master data changes no figure of a day that had ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.insight.held_then import OfDay, as_then, held_then
from cloud_hub.insight.metric import Aspect, Filter
from cloud_hub.insight.sums import Cell, Sums
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.former import (
    Change,
    FormerKind,
    fixture_content,
    product_content,
)
from cloud_hub.master_data.goods_tables import ProductRow
from cloud_hub.master_data.place_tables import FixtureRow
from cloud_hub.register import METRICS
from cloud_hub.sales.tables import ReceiptLine
from device_profiles.names import Names
from tests.small_chain import (
    COLA,
    NOW,
    OTHER,
    OWN,
    TEA,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    local,
)
from tests.stage.days.told_week import WEEK, tell_a_week

CHANGED_AT = local(13)
Answer = dict[Cell, Sums]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallChain]:
    url = (
        request.getfixturevalue("postgresql").create_database()
        if request.param != "sqlite"
        else None
    )
    opened = SmallChain.open(tmp_path, stores=2, url=url)
    yield opened
    opened.database.close()


def ask(chain: SmallChain, name: str, aspect: Aspect) -> Answer:
    with chain.reading() as session:
        window = the_week(chain)
        cells = METRICS[name].measure(session, window, aspect)
    return {
        cell: sums._replace(samples=tuple(sorted(sums.samples))) for cell, sums in cells.items()
    }


def the_week(chain: SmallChain) -> Window:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        return between(TENANT, [s.hours for s in known.stores.values()], WEEK[0], TODAY, NOW)


def change(chain: SmallChain, since: datetime | None) -> None:
    """Tea goes to another brand, all three to another category, cola gets wider, and what is taken
    from the first store's cooler passes no till."""
    food = Names(en="Food", zh="食品")
    changes: dict[str, dict[str, Any]] = {
        TEA: {"brand_id": OTHER, "category": food},
        WATER: {"category": food},
        COLA: {"width_mm": 90.0, "category": food},
    }
    with chain.database.writing() as session:
        noted = Change(session=session, tenant_id=TENANT, since=since)
        for gtin, new in changes.items():
            row = session.get_one(ProductRow, (TENANT, gtin))
            was = product_content(row.brand_id, row.category, row.width_mm)
            noted.keep(FormerKind.PRODUCT, {gtin: was})
            for name, value in new.items():
                setattr(row, name, value)
        cooler = session.get_one(FixtureRow, (TENANT, "s01-a"))
        was = fixture_content(cooler.owner_brand_id, cooler.photo_interval_min, cooler.unattended)
        noted.keep(FormerKind.FIXTURE, {"s01-a": was})
        cooler.unattended = True


def test_a_changed_product_or_fixture_changes_today_and_no_day_before(chain: SmallChain) -> None:
    tell_a_week(chain)
    brands = [Aspect(), Aspect(brand_id=OWN), Aspect(brand_id=OTHER)]
    asked = [
        (name, aspect)
        for name, metric in METRICS.items()
        for aspect in (brands if Filter.BRAND in metric.filters else brands[:1])
    ]
    before = {(name, aspect): ask(chain, name, aspect) for name, aspect in asked}
    change(chain, CHANGED_AT)
    changed = set()
    for name, aspect in asked:
        after = ask(chain, name, aspect)
        was = before[name, aspect]
        assert past(after) == past(was), (name, aspect)
        if after != was:
            changed.add(name)
    assert changed >= {"sell-out", "zone-conversion", "facings", "share-of-shelf"}
    assert changed >= {"share-of-shelf-by-width", "on-shelf-availability"}


def test_a_correction_holds_for_days_before_too(chain: SmallChain) -> None:
    tell_a_week(chain)
    before = ask(chain, "sell-out", Aspect(brand_id=OTHER))
    change(chain, None)
    after = ask(chain, "sell-out", Aspect(brand_id=OTHER))
    assert all(
        past(after)[cell].amount != sums.amount
        for cell, sums in past(before).items()
        if cell.hour == 9
    )


def past(cells: Answer) -> Answer:
    return {cell: sums for cell, sums in cells.items() if cell.day != TODAY}


def test_of_several_changes_the_first_that_a_day_ended_before_is_right(chain: SmallChain) -> None:
    for day in WEEK:
        chain.receipt(local(9, day=day), (WATER, "1", "1.00"))
    of_day = OfDay(ReceiptLine.store_id, ReceiptLine.business_day, ReceiptLine.gtin)
    former = {
        WATER: [
            (local(12, day=WEEK[2]), {"brand_id": "a"}),
            (local(12, day=WEEK[4]), {"brand_id": "b"}),
        ]
    }
    with chain.reading() as session:
        was = held_then(the_week(chain), of_day, former, lambda content: content["brand_id"] == "a")
        lines = sa.select(ReceiptLine.business_day).where(as_then(was, sa.false()))
        assert sorted(session.scalars(lines)) == WEEK[:2]
        was = held_then(the_week(chain), of_day, former, lambda content: content["brand_id"] == "b")
        lines = sa.select(ReceiptLine.business_day).where(as_then(was, sa.true()))
        assert sorted(session.scalars(lines)) == WEEK[2:]


def test_more_changed_goods_than_a_statement_may_have_parameters_are_told_apart(
    chain: SmallChain,
) -> None:
    chain.receipt(local(9, day=WEEK[0]), (WATER, "1", "1.00"))
    many = [f"{number:014d}" for number in range(70_000)]
    former = {gtin: [(CHANGED_AT, {"brand_id": "a"})] for gtin in [*many, WATER]}
    of_day = OfDay(ReceiptLine.store_id, ReceiptLine.business_day, ReceiptLine.gtin)
    with chain.reading() as session:
        was = held_then(the_week(chain), of_day, former, lambda content: content["brand_id"] == "a")
        query = sa.select(sa.func.count()).select_from(ReceiptLine)
        assert session.scalar(query.where(as_then(was, sa.false()))) == 1


def test_where_nothing_was_otherwise_nothing_is_asked(chain: SmallChain) -> None:
    of_day = OfDay(ReceiptLine.store_id, ReceiptLine.business_day, ReceiptLine.gtin)
    long_ago = {WATER: [(local(9) - timedelta(days=90), {"brand_id": "a"})]}
    unknown = {WATER: [(CHANGED_AT, {})]}
    for former in ({}, long_ago, unknown):
        assert (
            held_then(the_week(chain), of_day, former, lambda content: content.get("brand_id"))
            == []
        )
    now = sa.true()
    assert as_then([], now) is now
