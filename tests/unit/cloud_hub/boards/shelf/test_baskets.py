"""A chest freezer's page: how full each basket is, what lies in it, since when one is empty."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.shelf.baskets import BasketRow
from cloud_hub.boards.shelf.view import ShelfView, shelf_view
from cloud_hub.insight.sums import Number
from cloud_hub.master_data.place_tables import FixtureRow, PlanogramSlot
from cloud_hub.register import SEARCHES
from cloud_hub.shelf.findings.gaps import EMPTY_SLOT
from cloud_hub.shelf.metrics import BASKET_FILL, COMPLIANCE
from cloud_hub.web.photo import BoxKind
from device_profiles.store import LoginRole
from tests.small_chain import (
    NOW,
    OWN,
    RIVAL,
    TEA,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)

FILLED = {"A-1-1": 0.0, "A-1-2": 0.5, "A-1-3": 0.7, "A-2-1": 0.4, "A-2-2": None, "A-2-3": 0.6}
SEEN = {"A-1-2": WATER, "A-1-3": None, "A-2-1": TEA, "A-2-3": TEA}
"""The first basket is empty, one holds strangers, one cannot be seen, two hold the wrong tea; but
in A-2-3 tea may lie."""


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """A store whose fixture A is a freezer of 2 × 3 baskets."""
    chain = SmallChain.open(tmp_path)
    with chain.database.writing() as session:
        session.execute(sa.update(FixtureRow).values(kind="cooler-chest"))
        session.execute(
            sa.update(PlanogramSlot).where(PlanogramSlot.slot_id == "A-2-3").values(others=[TEA])
        )
    return chain


def photograph(chain: SmallChain, *minutes: int, **more: Any) -> None:
    for minute in minutes:
        at = local(14, minute)
        chain.photo(at, **{"seen": SEEN, "hidden": ["A-2-2"], "baskets": FILLED, **more})


def page(chain: SmallChain, who: Viewer | None = None) -> ShelfView:
    with chain.reading() as session:
        return shelf_view(session, who or head_office(), NOW, "s01-a", SEARCHES)


def baskets(chain: SmallChain, who: Viewer | None = None) -> dict[str, BasketRow]:
    return {row.slot_id: row for row in page(chain, who).baskets}


def figure(chain: SmallChain, name: str, who: Viewer | None = None) -> Number | None:
    found = {each.metric: each.value for each in page(chain, who).figures}
    return found[name]


def test_each_basket_tells_how_full_it_is_and_what_lies_in_it(chain: SmallChain) -> None:
    photograph(chain, 0)
    found = baskets(chain)
    assert {slot: row.filled for slot, row in found.items()} == FILLED
    assert [one.name.text("en") for one in found["A-1-2"].products] == ["Water"]
    assert found["A-1-2"].products[0].is_planned
    assert found["A-1-3"].products == ()
    assert found["A-1-3"].has_unknown
    assert not found["A-2-1"].products[0].is_planned
    assert found["A-2-3"].products[0].is_planned, "tea may lie beside the cola there"
    assert [name.text("en") for name in found["A-2-3"].planned] == ["Cola", "Tea"]
    assert not found["A-2-2"].has_unknown, "what cannot be seen claims nothing"


def test_an_empty_basket_is_a_gap_once_two_pictures_showed_it(chain: SmallChain) -> None:
    photograph(chain, 28)
    assert baskets(chain)["A-1-1"].empty_since == local(14, 28)
    assert not baskets(chain)["A-1-1"].is_confirmed
    assert page(chain).problems == ()
    photograph(chain, 30)
    shown = page(chain)
    empty = next(row for row in shown.baskets if row.slot_id == "A-1-1")
    assert (empty.empty_since, empty.is_confirmed) == (local(14, 28), True)
    assert [span.slot_id for span in shown.gap_spans if span.confirmed] == ["A-1-1"]
    assert [(p.kind, p.slot_id) for p in shown.problems if p.kind == EMPTY_SLOT.name] == [
        (EMPTY_SLOT.name, "A-1-1")
    ]


def test_a_filled_basket_ends_its_gap(chain: SmallChain) -> None:
    photograph(chain, 10, 20)
    photograph(chain, 30, seen={**SEEN, "A-1-1": WATER}, baskets={**FILLED, "A-1-1": 0.3})
    assert baskets(chain)["A-1-1"].empty_since is None
    assert [span.ended_at for span in page(chain).gap_spans] == [local(14, 30)]


def test_the_fill_of_a_freezer_is_the_mean_of_the_baskets_that_can_be_judged(
    chain: SmallChain,
) -> None:
    photograph(chain, 0)
    assert figure(chain, BASKET_FILL.name) == pytest.approx((0 + 0.5 + 0.7 + 0.4 + 0.6) / 5)
    assert figure(chain, BASKET_FILL.name, viewer(LoginRole.BRAND, OWN)) == pytest.approx(0.44)


def test_a_picture_that_is_not_clear_tells_of_no_basket(chain: SmallChain) -> None:
    photograph(chain, 0, quality="fogged")
    assert baskets(chain) == {}
    assert figure(chain, BASKET_FILL.name) is None


def test_what_may_lie_in_a_basket_is_in_its_place(chain: SmallChain) -> None:
    photograph(chain, 0)
    misplaced = {b.slot_id for b in page(chain).difference if b.kind is BoxKind.MISPLACED}
    assert misplaced == {"A-2-1"}
    # The baskets of A-1-2 and A-2-3 are right, of five that can be seen.
    assert figure(chain, COMPLIANCE.name) == pytest.approx(2 / 5)


def test_an_upright_cooler_has_neither_baskets_nor_their_figure(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path)
    chain.photo(local(14))
    shown = page(chain)
    assert shown.baskets == ()
    assert BASKET_FILL.name not in {each.metric for each in shown.figures}


def test_on_a_retailers_freezer_a_brand_reads_no_rivals_name(chain: SmallChain) -> None:
    photograph(chain, 0, seen={**SEEN, "A-2-1": RIVAL})
    with chain.database.writing() as session:
        session.execute(sa.update(FixtureRow).values(owner_brand_id=None))
    found = baskets(chain, viewer(LoginRole.BRAND, OWN))
    assert [(one.gtin, one.name.text("en")) for one in found["A-2-1"].products] == [("", "Other A")]
