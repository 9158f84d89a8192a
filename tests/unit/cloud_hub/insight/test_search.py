"""The search for problems, and the order in which they are told."""

from datetime import timedelta
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
    WATER,
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


def test_a_healthy_chain_has_no_findings(chain: SmallChain) -> None:
    for hour in range(7, 15):
        chain.photo(local(hour, 10))
        for minute in range(60):
            at = local(hour, minute)
            if at < NOW:
                chain.minute(at, 1)
        chain.receipt(local(hour, 5), (WATER, "1", "2.00"))
    assert found(chain) == []


def test_a_chain_without_any_facts_has_no_findings(chain: SmallChain) -> None:
    assert found(chain) == []
    with chain.reading() as session:
        assert find_problems(session, "nobody", NOW, SEARCHES) == ()


def test_findings_are_sorted_by_money(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path, stores=2)
    for store_id, units in (("s01", "1"), ("s02", "9")):
        for back in range(1, 8):
            day = TODAY - timedelta(days=back)
            chain.receipt(local(12, 20, day=day), (COLA, units, "6.00"), store_id=store_id)
        for hour in (12, 13, 14):
            chain.photo(local(hour), seen=without("A-2-1", "A-2-3"), store_id=store_id)
    priced = [each for each in found(chain) if each.cost]
    assert [each.store_id for each in priced] == ["s02", "s01"]
