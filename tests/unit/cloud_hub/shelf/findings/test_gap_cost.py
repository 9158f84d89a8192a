"""What a gap costs."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.insight.finding import Finding
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from tests.small_chain import (
    COLA,
    NOW,
    PLAN,
    TENANT,
    TODAY,
    SmallChain,
    local,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def found(chain: SmallChain, *, now=NOW) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, now, SEARCHES))


def without(*slots: str) -> dict[str, str | None]:
    return {slot: gtin for slot, gtin in PLAN.items() if slot not in slots}


def test_a_gap_costs_what_the_product_usually_sells_then(chain: SmallChain) -> None:
    for back in range(1, 15):
        day = TODAY - timedelta(days=back)
        for hour in (12, 13, 14):
            chain.receipt(local(hour, 20, day=day), (COLA, "2", "6.00"))
    chain.photo(local(11))
    chain.photo(local(12), seen=without("A-2-1", "A-2-3"))
    chain.photo(local(14), seen=without("A-2-1", "A-2-3"))
    first, second = found(chain)
    costs = [gap.cost for gap in (first, second) if gap.cost is not None]
    assert len(costs) == 1, "a product with two empty slots is lost once"
    # 12:00 to 14:32 at 2 an hour = 5.0667; × 3.00 × 0.7
    assert costs[0].amount == Decimal("10.64")
    assert costs[0].currency == "CNY"
    assert "1 − 0.3" in costs[0].formula.text("en")


def test_a_product_that_still_stands_elsewhere_costs_nothing(chain: SmallChain) -> None:
    for hour in (13, 14):
        chain.photo(local(hour), seen=without("A-2-1"))
    assert [(gap.slot_ids, gap.cost) for gap in found(chain)] == [(("A-2-1",), None)]
