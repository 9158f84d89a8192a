"""How a shelf stands against its plan, from one reading: compliance, shares, what is misplaced,
foreign, or missing from the priority list.

The hub computes its own figures from the events (docs/metrics.md); these are for one photo.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from device_profiles.planogram import PlanogramProfile
from vision_models.shelf.compliance import Compliance
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import Facing, ShelfReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One clear photo in figures. Shares are of all facings, unknown ones included, by GTIN: by
    number (a stack is one facing), and by width of the boxes in the picture. `misplaced` stand in
    another slot than theirs or in none; `foreign` belong nowhere on the fixture. `purity` goes from
    "all unknown are foreign" to "none is". `missing` is what the plan names and nothing shows, of
    the priority list where there is one; None where a hidden slot may hold it."""

    share_by_number: Mapping[str, float]
    share_by_width: Mapping[str, float]
    unknown: int
    misplaced: tuple[Facing, ...]
    foreign: tuple[Facing, ...]
    purity: tuple[float, float] | None
    missing: tuple[str, ...] | None


def compliance_of(
    planogram: PlanogramProfile, facings: Sequence[Facing], hidden: Sequence[str]
) -> Compliance:
    """The visible planned slots, and how many of them hold anything and a product of theirs."""
    seen: dict[str, set[str | None]] = {}
    for facing in facings:
        if facing.slot_id is not None:
            seen.setdefault(facing.slot_id, set()).add(facing.gtin)
    visible = [slot for slot in planogram.slots if slot.slot_id not in set(hidden)]
    return Compliance(
        visible=len(visible),
        present=sum(slot.slot_id in seen for slot in visible),
        right=sum(
            not seen.get(slot.slot_id, set()).isdisjoint((slot.gtin, *slot.others))
            for slot in visible
        ),
    )


def standing_of(reading: ShelfReading, planogram: PlanogramProfile | None) -> Standing | None:
    """The figures of one reading; None where its picture cannot be judged."""
    if reading.quality is not Quality.CLEAR:
        return None
    facings = reading.facings
    numbers: Counter[str] = Counter()
    widths: dict[str, float] = {}
    for facing in facings:
        if facing.gtin is not None:
            numbers[facing.gtin] += 1
            widths[facing.gtin] = widths.get(facing.gtin, 0.0) + _width(facing)
    all_width = sum(_width(facing) for facing in facings)
    unknown = sum(facing.gtin is None for facing in facings)
    belongs = planogram.products if planogram else frozenset[str]()
    foreign = tuple(f for f in facings if planogram and f.gtin and f.gtin not in belongs)
    allowed = len(facings) - unknown - len(foreign)
    return Standing(
        share_by_number={gtin: n / len(facings) for gtin, n in numbers.most_common()},
        share_by_width={gtin: w / all_width for gtin, w in widths.items()},
        unknown=unknown,
        misplaced=tuple(_misplaced(facings, planogram)) if planogram else (),
        foreign=foreign,
        purity=(allowed / len(facings), (allowed + unknown) / len(facings))
        if planogram and facings
        else None,
        missing=_missing(reading, planogram) if planogram else (),
    )


def _misplaced(facings: Sequence[Facing], planogram: PlanogramProfile) -> list[Facing]:
    """Planned goods that stand where others are planned."""
    if not planogram.slots:
        return []
    homes = {slot.slot_id: {slot.gtin, *slot.others} for slot in planogram.slots}
    return [
        facing
        for facing in facings
        if facing.gtin in planogram.products
        and facing.gtin not in homes.get(facing.slot_id or "", ())
    ]


def _missing(reading: ShelfReading, planogram: PlanogramProfile) -> tuple[str, ...] | None:
    seen = {facing.gtin for facing in reading.facings}
    wanted = planogram.must_have or tuple(sorted(planogram.products))
    missing = tuple(gtin for gtin in wanted if gtin not in seen)
    return None if missing and reading.hidden_slots else missing


def _width(facing: Facing) -> float:
    return max(1.0, facing.box[2] - facing.box[0])
