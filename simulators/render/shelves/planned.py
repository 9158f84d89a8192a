"""Photos of one cooler with its plan: swaps, gaps and strange packs, and what stands in each slot.

The folder is what `aisle eval shelf` reads: `profile.toml` as a device has it, `images/N.jpg`,
`slots/N.json` (slot → GTIN, null where it is empty), `references/GTIN.jpg` of the planned packs.
"""

import json
from collections.abc import Sequence

import cv2
import numpy as np
import tomlkit

from device_profiles.device import DeviceProfile
from device_profiles.names import Names
from device_profiles.planogram import FixtureKind, SlotPlan
from simulators.render.packs.packs import PackDesign
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import CoolerView, cooler_view, render_cooler
from simulators.render.shelves.set_profile import PhotoSet, set_profile

SWAPS, GAPS, STRANGERS = 2, 3, 2
LEAST_SLOTS = 2 * SWAPS + GAPS + STRANGERS
"""So many slots of a cooler are changed in each photo."""
JPEG_QUALITY = 88


def write_planned_cooler(wanted: PhotoSet) -> None:
    """Photos of one cooler; in each two pairs of slots are swapped, three empty, two hold
    strangers. Raises ValueError where it has fewer than LEAST_SLOTS slots."""
    rng, out, strangers = np.random.default_rng(wanted.seed), wanted.out, wanted.strangers
    view = cooler_view(wanted.rows, wanted.columns, rng)
    profile = planned_profile(view, wanted.planned)
    (out / "profile.toml").write_text(
        tomlkit.dumps(profile.model_dump(mode="json", exclude_none=True)), encoding="utf-8"
    )
    sprites = SpriteShelf(capacity=600)
    plan = {slot.slot_id: slot.gtin for slot in profile.planograms[0].slots}
    designs = {str(design.gtin): design for design in [*wanted.planned, *strangers]}
    for folder in ("images", "slots"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for number in range(wanted.count):
        stands = _stocked(plan, strangers, rng)
        packs = {place_of(slot): designs[gtin] for slot, gtin in stands.items() if gtin}
        photo = render_cooler(packs, view, rng, sprites, Troubles())
        file = out / "images" / f"{number:05d}.jpg"
        if not cv2.imwrite(str(file), photo.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
            raise OSError(f"cannot write {file}")
        truth = out / "slots" / f"{number:05d}.json"
        truth.write_text(json.dumps(stands), encoding="utf-8")


def planned_profile(view: CoolerView, planned: Sequence[PackDesign]) -> DeviceProfile:
    """The profile of a cooler whose slots hold `planned`, over and over."""
    slots = [f"A-{row}-{column}" for row, column in _places(view)]
    return set_profile(
        view,
        fixture_id="cooler",
        name=Names(en="Cooler", zh="冷柜"),
        kind=FixtureKind.COOLER_UPRIGHT,
        slots=[
            SlotPlan(slot_id=slot, gtin=str(planned[place % len(planned)].gtin))
            for place, slot in enumerate(slots)
        ],
    )


def place_of(slot_id: str) -> tuple[int, int]:
    """Row and column of a slot, from 1."""
    _, row, column = slot_id.split("-")
    return int(row), int(column)


def _places(view: CoolerView) -> list[tuple[int, int]]:
    return [(row + 1, column + 1) for row in range(view.rows) for column in range(view.columns)]


def _stocked(
    plan: dict[str, str], strangers: Sequence[PackDesign], rng: np.random.Generator
) -> dict[str, str | None]:
    stands: dict[str, str | None] = dict(plan)
    odd = [str(slot) for slot in rng.choice(sorted(plan), LEAST_SLOTS, replace=False)]
    for place in range(0, 2 * SWAPS, 2):
        one, other = odd[place], odd[place + 1]
        stands[one], stands[other] = stands[other], stands[one]
    for slot in odd[2 * SWAPS : 2 * SWAPS + GAPS]:
        stands[slot] = None
    for slot in odd[2 * SWAPS + GAPS :]:
        stands[slot] = strangers[int(rng.integers(len(strangers)))].gtin
    return stands
