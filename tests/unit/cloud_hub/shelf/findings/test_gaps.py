"""What photos make the hub find: gaps, misplaced and foreign goods; and what they do not."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.insight.finding import Finding
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from cloud_hub.shelf.findings.gaps import EMPTY_SLOT
from device_profiles.store import LoginRole
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
