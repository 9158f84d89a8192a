"""What a photo showed, and what each planned slot is by it."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.master_data import place_tables
from cloud_hub.master_data.chain import Chain, Slot, read_chain
from cloud_hub.shelf.photos.facts import (
    ShelfPhoto,
    SlotState,
    load_photos,
    newest_photos,
    slots_seen,
)
from cloud_hub.shelf.tables import ShelfObservation
from tests.small_chain import COLA, NOW, PLAN, RIVAL, TEA, TENANT, WATER, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def master(chain: SmallChain) -> Chain:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    return known


def photos(chain: SmallChain) -> list[ShelfPhoto]:
    with chain.reading() as session:
        return load_photos(session, master(chain))["s01-a"]


def states(chain: SmallChain) -> dict[str, SlotState]:
    (photo,) = photos(chain)
    assert photo.plan is not None
    return {slot_id: seen.state for slot_id, seen in slots_seen(photo, photo.plan).items()}


def test_each_slot_is_told_by_what_stands_there(chain: SmallChain) -> None:
    seen = {"A-1-1": WATER, "A-1-2": TEA, "A-1-3": None, "A-2-2": TEA, "A-2-3": RIVAL}
    chain.photo(local(14), seen=seen, hidden=["A-2-2"])
    assert states(chain) == {
        "A-1-1": SlotState.RIGHT,
        "A-1-2": SlotState.WRONG,
        "A-1-3": SlotState.UNKNOWN,
        "A-2-1": SlotState.EMPTY,
        "A-2-2": SlotState.HIDDEN,
        "A-2-3": SlotState.WRONG,
    }


def test_a_slot_of_which_a_photo_says_nothing_is_hidden_and_not_empty(chain: SmallChain) -> None:
    chain.photo(local(14))
    (photo,) = photos(chain)
    assert photo.plan is not None
    plan = photo.plan
    more = Slot(slot_id="A-9-9", gtin=TEA, min_facings=1, max_facings=1)
    plan.slots["A-9-9"] = more
    assert slots_seen(photo, plan)["A-9-9"].state is SlotState.HIDDEN


def test_what_else_may_stand_in_a_slot_is_right_too(chain: SmallChain) -> None:
    chain.photo(local(14), seen={**PLAN, "A-1-1": COLA})
    (photo,) = photos(chain)
    assert photo.plan is not None
    slots = photo.plan.slots
    slots["A-1-1"] = Slot(slot_id="A-1-1", gtin=WATER, min_facings=1, max_facings=1, others=(COLA,))
    found = slots_seen(photo, photo.plan)["A-1-1"]
    assert (found.state, found.right_facings) == (SlotState.RIGHT, 1)


def test_photos_come_by_fixture_oldest_first(chain: SmallChain) -> None:
    for hour in (14, 9, 11):
        chain.photo(local(hour))
    chain.photo(local(10), store_id="s02")
    assert [photo.taken_at for photo in photos(chain)] == [local(9), local(11), local(14)]
    with chain.reading() as session:
        late = load_photos(session, master(chain), ShelfObservation.taken_at > local(10))
    assert sorted(late) == ["s01-a"]


def test_a_photo_is_judged_by_the_plan_the_device_had(chain: SmallChain) -> None:
    chain.add(
        place_tables.PlanogramRow(
            tenant_id=TENANT,
            planogram_id="s01-plan",
            version=2,
            fixture_id="s01-a",
            valid_from=local(8),
            must_have=[],
        )
    )
    chain.photo(local(14))
    chain.photo(local(14, 10), plan=("gone", 7))
    by_device, by_time = photos(chain)
    assert by_device.plan is not None
    assert by_time.plan is not None
    assert (by_device.plan.version, by_time.plan.version) == (1, 2)


def test_doubts_and_baskets_come_with_the_photo(chain: SmallChain) -> None:
    chain.photo(
        local(14),
        seen={**PLAN, "A-1-1": None},
        candidates=[TEA, COLA],
        baskets={"A-1-1": 0.4},
    )
    (photo,) = photos(chain)
    unknown = next(facing for facing in photo.facings if facing.gtin is None)
    assert (unknown.slot_id, unknown.candidates) == ("A-1-1", (TEA, COLA))
    assert [(basket.slot_id, basket.filled, basket.box) for basket in photo.baskets] == [
        ("A-1-1", 0.4, None)
    ]


def test_the_newest_photo_before_a_moment_may_have_to_be_clear(chain: SmallChain) -> None:
    chain.photo(local(9))
    chain.photo(local(10), quality="fogged")
    chain.photo(local(11))
    known = master(chain)
    with chain.reading() as session:

        def newest(before_hour: int, **more: bool) -> list[object]:
            found = newest_photos(
                session, known, ["s01-a", "s02-a"], before=local(before_hour), **more
            )
            return [photo.taken_at for photo in found.values()]

        assert newest(12) == [local(11)]
        assert newest(11) == [local(10)], "a photo of that very moment is not before it"
        assert newest(11, clear_only=True) == [local(9)]
        assert newest(9) == []


def test_only_clear_photos_can_be_judged(chain: SmallChain) -> None:
    chain.photo(NOW - timedelta(minutes=5), quality="covered")
    (photo,) = photos(chain)
    assert (photo.is_clear, photo.facings, photo.empty) == (False, (), frozenset())
