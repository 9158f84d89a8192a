"""A fixture's slots counted: how many stand right, how many are empty, what cannot be judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_hub.boards.shelf.facts import FixtureFacts
from cloud_hub.boards.shelf.slots import SlotRow
from cloud_hub.shelf.photos.facts import SlotState


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCounts:
    """`facings` and `positions` come as (right, of those visible). None where no clear picture
    speaks for the shelf."""

    facings: tuple[int, int] | None = None
    positions: tuple[int, int] | None = None
    gaps: int | None = None
    unknown: int | None = None
    hidden: int = 0


def count_slots(facts: FixtureFacts, slots: Sequence[SlotRow]) -> SlotCounts:
    """The slots by state, and the facings that were not recognised."""
    if facts.clear is None:
        return SlotCounts()
    states = [slot.state for slot in slots]
    visible = len(states) - states.count(SlotState.HIDDEN)
    return SlotCounts(
        facings=(visible - states.count(SlotState.EMPTY), visible),
        positions=(states.count(SlotState.RIGHT), visible),
        gaps=states.count(SlotState.EMPTY),
        unknown=sum(1 for facing in facts.clear.facings if facing.gtin is None),
        hidden=states.count(SlotState.HIDDEN),
    )
