"""The baskets of a chest freezer: how full each is, what lies in it, since when one is empty."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cloud_hub.boards.shelf.facts import FixtureFacts
from cloud_hub.core.text import Said
from cloud_hub.master_data.chain import Plan
from cloud_hub.shelf.gaps import Gap
from cloud_hub.shelf.photos.facts import Basket, Facing


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingProduct:
    """A product that lies open to view in a basket. `is_planned`: its plan allows it there; None
    where the basket has no plan."""

    gtin: str
    name: Said
    is_planned: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketRow:
    """One basket by the last clear photo. `filled` is the share of its floor that goods cover, None
    where it could not be judged. `has_unknown`: goods lie in it that were not recognised.
    `empty_since` is set while a planned basket is empty; such a gap counts once it `is_confirmed`,
    as every gap. `planned` are the products that its plan allows."""

    slot_id: str
    row: int
    column: int
    filled: float | None
    products: tuple[LyingProduct, ...]
    has_unknown: bool
    planned: tuple[Said, ...]
    empty_since: datetime | None
    is_confirmed: bool


def basket_rows(facts: FixtureFacts) -> tuple[BasketRow, ...]:
    """Every basket of a fixture by its last clear photo, row by row from the far side; none where
    there is no such photo, or the fixture has no baskets."""
    clear = facts.clear
    if clear is None:
        return ()
    lying: dict[str | None, list[Facing]] = defaultdict(list)
    for facing in clear.facings:
        lying[facing.slot_id].append(facing)
    since = {gap.slot_id: gap for gap in facts.gaps}
    rows = [
        _row(facts, clear.plan, basket, lying[basket.slot_id], since.get(basket.slot_id))
        for basket in clear.baskets
    ]
    return tuple(sorted(rows, key=lambda row: (row.row, row.column)))


def _row(
    facts: FixtureFacts,
    plan: Plan | None,
    basket: Basket,
    lying: Sequence[Facing],
    gap: Gap | None,
) -> BasketRow:
    naming, owner = facts.naming, facts.fixture.owner_brand_id
    slot = plan.slots.get(basket.slot_id) if plan else None
    allowed = (slot.gtin, *slot.others) if slot else ()
    _, row, column = basket.slot_id.split("-")
    gtins = sorted({facing.gtin for facing in lying if facing.gtin is not None})
    return BasketRow(
        slot_id=basket.slot_id,
        row=int(row),
        column=int(column),
        filled=basket.filled,
        products=tuple(
            LyingProduct(
                gtin=naming.gtin(gtin, owner),
                name=naming.product(gtin, owner),
                is_planned=gtin in allowed if slot else None,
            )
            for gtin in gtins
        ),
        has_unknown=any(facing.gtin is None for facing in lying),
        planned=tuple(naming.product(gtin, owner) for gtin in allowed),
        empty_since=gap.started_at if gap else None,
        is_confirmed=gap is not None and gap.is_confirmed(facts.snapshot.now),
    )
