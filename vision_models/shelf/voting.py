"""Several pictures of one moment → one reading: by majority, slot by slot.

A hand or a reflection hides a slot in one picture and not in the next; a doubtful pack is named by
most of them, or not at all.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from device_profiles.planogram import PlanogramProfile
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import BasketSeen, Box, Facing, ShelfReading
from vision_models.shelf.standing import compliance_of

EMPTY = "empty"
UNKNOWN = "unknown"


def vote(
    readings: Sequence[ShelfReading], planogram: PlanogramProfile | None = None
) -> ShelfReading:
    """What most of the clear `readings` say; the last one where none is clear.

    A picture in which a slot is hidden does not vote on it. Where names stand against each other
    equally, the slot holds something unknown; where something stands against nothing, something.
    Raises ValueError without a reading.
    """
    if not readings:
        raise ValueError("there is no reading to vote")
    clear = [reading for reading in readings if reading.quality is Quality.CLEAR]
    if len(clear) < 2:
        return clear[0] if clear else readings[-1]
    fullest = max(clear, key=lambda reading: (-len(reading.hidden_slots), len(reading.facings)))
    slots = sorted(
        {facing.slot_id for one in clear for facing in one.facings if facing.slot_id}
        | {slot for one in clear for slot in (*one.empty_slots, *one.hidden_slots)}
    )
    baskets = {basket.basket_id for reading in clear for basket in reading.baskets}
    facings = [facing for facing in fullest.facings if facing.slot_id is None]
    empty, hidden = [], []
    for slot_id in slots:
        winner = _winner([_said(reading, slot_id) for reading in clear])
        if winner is None:
            hidden.append(slot_id)
        elif winner == EMPTY:
            empty.append(slot_id)
        elif slot_id in baskets:
            facings += _in_basket(clear, slot_id)
        else:
            facings += _best(clear, slot_id, winner)
    return replace(
        fullest,
        facings=tuple(facings),
        empty_slots=tuple(empty),
        hidden_slots=tuple(hidden),
        baskets=_baskets(clear),
        compliance=compliance_of(planogram, facings, hidden).share if planogram else None,
        took_ms=sum(reading.took_ms for reading in readings),
    )


def _said(reading: ShelfReading, slot_id: str) -> str | None:
    """EMPTY, UNKNOWN, the GTINs that stand in a slot, or None where it could not be seen."""
    standing = {facing.gtin for facing in reading.facings if facing.slot_id == slot_id}
    if standing:
        return " ".join(sorted(gtin for gtin in standing if gtin)) or UNKNOWN
    return EMPTY if slot_id in reading.empty_slots else None


def _winner(said: Sequence[str | None]) -> str | None:
    votes = Counter(word for word in said if word is not None)
    if not votes:
        return None
    filled = sum(count for word, count in votes.items() if word != EMPTY)
    if votes[EMPTY] > filled:
        return EMPTY
    names = Counter({word: n for word, n in votes.items() if word not in (EMPTY, UNKNOWN)})
    ranked = names.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return UNKNOWN
    return ranked[0][0]


def _best(readings: Sequence[ShelfReading], slot_id: str, winner: str) -> list[Facing]:
    """The slot's facings as the surest of the pictures that say `winner` shows them; where they
    only disagree on its name, one that is unknown."""
    said = [reading for reading in readings if _said(reading, slot_id) == winner]
    here = [
        [facing for facing in reading.facings if facing.slot_id == slot_id]
        for reading in (said or readings)
    ]
    surest = max(here, key=lambda facings: sum(facing.certainty or 0.0 for facing in facings))
    if said:
        return surest
    return [replace(surest[0], gtin=None)]


def _in_basket(readings: Sequence[ShelfReading], basket_id: str) -> list[Facing]:
    """The products that more than half of the pictures show in a basket, each as the surest of
    them shows it; something unknown where they agree on none. A vote over all its products at once
    would lose those that every picture shows for one that only some do."""
    looks = [reading for reading in readings if _said(reading, basket_id) is not None]
    there = [
        [facing for facing in reading.facings if facing.slot_id == basket_id] for reading in looks
    ]
    counts = Counter(gtin for some in there for gtin in {f.gtin for f in some if f.gtin})
    every = [facing for some in there for facing in some]
    agreed = [
        max((f for f in every if f.gtin == gtin), key=lambda f: f.certainty or 0.0)
        for gtin, count in sorted(counts.items())
        if 2 * count > len(looks)
    ]
    if agreed or not every:
        return agreed
    unknown = next((facing for facing in every if facing.gtin is None), every[0])
    return [replace(unknown, gtin=None)]


def _baskets(readings: Sequence[ShelfReading]) -> tuple[BasketSeen, ...]:
    seen: dict[str, list[BasketSeen]] = {}
    boxes: dict[str, Box] = {}
    for basket in (basket for reading in readings for basket in reading.baskets):
        boxes[basket.basket_id] = basket.box
        judged = seen.setdefault(basket.basket_id, [])
        if basket.filled is not None:
            judged.append(basket)
    return tuple(
        BasketSeen(
            basket_id=basket_id,
            box=boxes[basket_id],
            gtins=tuple(
                sorted(
                    gtin
                    for gtin, count in Counter(g for one in looks for g in one.gtins).items()
                    if 2 * count > len(looks)
                )
            ),
            filled=median(one.filled for one in looks if one.filled is not None) if looks else None,
        )
        for basket_id, looks in sorted(seen.items())
    )
