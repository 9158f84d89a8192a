"""A fixture's slots, counted."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.boards.shelf.counts import SlotCounts, count_slots
from cloud_hub.boards.shelf.facts import facts_of
from cloud_hub.boards.shelf.slots import slot_rows
from tests.small_chain import COLA, NOW, PLAN, SmallChain, head_office, local


def counted(chain: SmallChain) -> SlotCounts:
    with chain.reading() as session:
        snapshot = snapshot_for(session, head_office(), Permission.SEE_SHELF, NOW)
        seen = facts_of(snapshot, head_office(), snapshot.chain.fixtures["s01-a"])
        return count_slots(seen, slot_rows(seen))


def test_without_a_clear_picture_nothing_is_counted(two_stores: SmallChain) -> None:
    assert counted(two_stores) == SlotCounts()
    two_stores.photo(local(14), quality="dark")
    assert counted(two_stores).facings is None


def test_a_full_shelf_is_right_in_all_its_slots(two_stores: SmallChain) -> None:
    two_stores.photo(local(14))
    assert counted(two_stores) == SlotCounts(
        facings=(6, 6), positions=(6, 6), gaps=0, unknown=0, hidden=0
    )


def test_hidden_slots_are_left_out_of_what_is_judged(two_stores: SmallChain) -> None:
    seen: dict[str, str | None] = {**PLAN, "A-1-3": COLA, "A-2-1": None}
    del seen["A-1-1"], seen["A-2-3"]
    two_stores.photo(local(14), seen=seen, hidden=["A-2-3"])
    assert counted(two_stores) == SlotCounts(
        facings=(4, 5), positions=(2, 5), gaps=1, unknown=1, hidden=1
    )


def test_unknown_packs_that_stand_in_no_slot_are_counted_too(two_stores: SmallChain) -> None:
    two_stores.photo(local(14), extra=[None, None, COLA])
    assert counted(two_stores).unknown == 2
    assert counted(two_stores).positions == (6, 6)
