"""What photos make the hub find: gaps, misplaced and foreign goods; and what they do not."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from cloud_hub.shelf.findings.gaps import EMPTY_SLOT
from cloud_hub.shelf.findings.misplaced import MISPLACED
from cloud_hub.shelf.findings.purity import PURITY
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    PLAN,
    RIVAL,
    TEA,
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


def test_an_empty_slot_with_stock_in_the_back_room_is_a_task_to_bring(chain: SmallChain) -> None:
    chain.photo(local(11))
    for hour, minute in ((12, 10), (13, 10), (14, 10)):
        chain.photo(local(hour, minute), seen=without("A-2-1", "A-2-3"))
    chain.stock(COLA, "24", "back-room", at=local(8))
    gaps = found(chain)
    assert [gap.slot_ids for gap in gaps] == [("A-2-1",), ("A-2-3",)]
    for gap in gaps:
        assert gap.kind is EMPTY_SLOT
        assert gap.since == local(12, 10)
        assert gap.owner is LoginRole.STORE
        assert gap.task is not None
        # par level 6, nothing on the floor
        assert gap.task.text("en").startswith("Bring 6 × Cola")
        assert gap.task.text("zh").startswith("从后仓取 6 件可乐")
        assert "2 h 22 min" in gap.sentence.text("en")


def test_a_confirmed_gap_stands_while_something_hides_its_slot(chain: SmallChain) -> None:
    for minute in (0, 10):
        chain.photo(local(14, minute), seen=without("A-2-1"))
    chain.photo(local(14, 20), seen=without("A-2-1"), hidden=["A-2-1"])
    (gap,) = found(chain)
    assert (gap.slot_ids, gap.since) == (("A-2-1",), local(14, 0))
    chain.photo(local(14, 30))
    assert found(chain) == []


def test_no_more_is_brought_than_the_back_room_has(chain: SmallChain) -> None:
    for minute in (0, 30):
        chain.photo(local(14, minute), seen=without("A-2-1"))
    chain.stock(COLA, "4", "back-room", at=local(8))
    task = found(chain)[0].task
    assert task is not None
    assert task.text("en").startswith("Bring 4 ×")


def test_without_stock_in_the_back_room_no_order_is_raised(chain: SmallChain) -> None:
    for minute in (0, 30):
        chain.photo(local(14, minute), seen=without("A-2-1"))
    chain.stock(COLA, "3", "floor", at=local(8))
    gap = found(chain)[0]
    assert "none in the back room" in gap.sentence.text("en")
    assert gap.task is not None
    assert "order" not in gap.task.text("en").lower()


def test_one_photo_is_no_gap_until_ten_minutes_have_passed(chain: SmallChain) -> None:
    chain.photo(local(14, 0))
    chain.photo(local(14, 24), seen=without("A-2-1"))
    assert found(chain) == []
    assert len(found(chain, now=local(14, 34))) == 1


def test_a_gap_that_a_later_photo_shows_filled_is_over(chain: SmallChain) -> None:
    chain.photo(local(12), seen=without("A-2-1"))
    chain.photo(local(13), seen=without("A-2-1"))
    chain.photo(local(14))
    assert found(chain) == []


def test_fogged_glass_claims_no_gap(chain: SmallChain) -> None:
    chain.photo(local(13))
    chain.photo(local(13, 30), quality="fogged")
    chain.photo(local(14), quality="fogged")
    assert found(chain) == []


def test_an_old_photo_claims_nothing(chain: SmallChain) -> None:
    chain.photo(local(8), seen=without("A-2-1"))
    chain.photo(local(9), seen=without("A-2-1"))
    assert found(chain) == []


def test_a_gap_that_began_days_ago_keeps_its_age(chain: SmallChain) -> None:
    began = local(20, day=TODAY - timedelta(days=6))
    chain.photo(began - timedelta(hours=1))
    at = began
    while at < NOW:
        chain.photo(at, seen=without("A-2-1"))
        at += timedelta(hours=6)
    chain.photo(local(14), seen=without("A-2-1"))
    assert found(chain)[0].since == began


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


def test_two_swapped_products_are_one_finding_and_no_gap(chain: SmallChain) -> None:
    for hour in (13, 14):
        chain.photo(local(hour), seen={**PLAN, "A-1-2": TEA, "A-1-3": WATER})
    swap = found(chain)
    assert [(each.kind, each.slot_ids) for each in swap] == [(MISPLACED, ("A-1-2", "A-1-3"))]
    assert "swapped" in swap[0].sentence.text("en")
    assert "放反" in swap[0].sentence.text("zh")
    assert swap[0].since == local(13)


def test_a_misread_photo_alone_accuses_nobody(chain: SmallChain) -> None:
    chain.photo(local(13))
    chain.photo(local(14), seen={**PLAN, "A-1-2": TEA, "A-2-1": RIVAL})
    assert found(chain) == []


def test_foreign_packs_are_named_in_a_brands_own_cooler_with_the_range(chain: SmallChain) -> None:
    seen = {**PLAN, "A-1-1": RIVAL, "A-1-2": None}
    for hour in (12, 13, 14):
        chain.photo(local(hour), seen=seen if hour > 12 else PLAN)
    impure = [each for each in found(chain) if each.kind is PURITY]
    assert len(impure) == 1
    assert impure[0].sentence.text("en") == (
        "1 Rival pack in Spring's cooler at Store 01 since 13:00: purity 66.7 %"
        " (up to 83.3 %, 1 unknown)."
    )
    assert impure[0].since == local(13)
    assert impure[0].severity is Severity.PROBLEM
    assert impure[0].slot_ids == ("A-1-1",)


def test_unknown_packs_alone_are_for_review_and_no_problem(chain: SmallChain) -> None:
    for hour in (13, 14):
        chain.photo(local(hour), seen={**PLAN, "A-1-2": None})
    assert [(each.kind, each.severity) for each in found(chain)] == [(PURITY, Severity.INFORMATION)]


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
