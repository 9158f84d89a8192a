"""Photos of one chest freezer with its plan, and what lies in each basket.

The folder is what `aisle eval shelf` reads: `profile.toml` as a device has it, `images/N.jpg`,
`baskets/N.json` (slot → how much of its floor is covered, and each pack's GTIN with the share of it
that is open to view), `references/GTIN.jpg` of the planned packs.
"""

import json
from collections.abc import Sequence

import cv2
import numpy as np
import tomlkit

from device_profiles.device import DeviceProfile
from device_profiles.names import Names
from device_profiles.planogram import FixtureKind, SlotPlan
from simulators.render.packs.packs import PackDesign, PackShape
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.chest import (
    ChestPicture,
    ChestView,
    Place,
    chest_view,
    places_of,
    render_chest,
)
from simulators.render.shelves.planned import JPEG_QUALITY
from simulators.render.shelves.set_profile import PhotoSet, set_profile

FROZEN = frozenset({PackShape.POUCH, PackShape.BOX, PackShape.CUP})
"""Shapes of what is sold frozen."""
MOST_PACKS = 14
EMPTY = 0.12
"""How often a basket is empty."""
SHARES = (0.80, 0.10, 0.10)
"""How likely a pack is of its basket's plan, of another basket's, or in no plan."""


def write_chests(wanted: PhotoSet, troubles: Troubles | None = None) -> None:
    """Photos of one freezer. Two of the planned packs belong into each basket; each photo has it
    filled anew, some baskets empty, with packs in wrong baskets and some strangers."""
    rng, out, planned = np.random.default_rng(wanted.seed), wanted.out, wanted.planned
    view = chest_view(wanted.rows, wanted.columns, rng)
    plan = {
        place: [planned[(2 * number + k) % len(planned)] for k in (0, 1)]
        for number, place in enumerate(places_of(view))
    }
    profile = _profile(view, plan)
    (out / "profile.toml").write_text(
        tomlkit.dumps(profile.model_dump(mode="json", exclude_none=True)), encoding="utf-8"
    )
    for folder in ("images", "baskets"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    sprites = SpriteShelf(capacity=600)
    for number in range(wanted.count):
        lying = {place: _thrown_in(plan, place, wanted.strangers, rng) for place in places_of(view)}
        photo = render_chest(lying, view, rng, sprites, troubles)
        file = out / "images" / f"{number:05d}.jpg"
        if not cv2.imwrite(str(file), photo.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
            raise OSError(f"cannot write {file}")
        truth = out / "baskets" / f"{number:05d}.json"
        truth.write_text(json.dumps(_truth(photo)), encoding="utf-8")


def _thrown_in(
    plan: dict[Place, list[PackDesign]],
    place: Place,
    strangers: Sequence[PackDesign],
    rng: np.random.Generator,
) -> list[PackDesign]:
    if rng.random() < EMPTY:
        return []
    planned = [design for designs in plan.values() for design in designs]
    chosen = []
    for _ in range(int(rng.integers(1, MOST_PACKS + 1))):
        source = (plan[place], planned, strangers)[int(rng.choice(3, p=SHARES))]
        chosen.append(source[int(rng.integers(len(source)))])
    return chosen


def _truth(photo: ChestPicture) -> dict[str, object]:
    return {
        slot_of(place): {
            "filled": round(filled, 4),
            "packs": [
                {"gtin": pack.design.gtin, "seen": round(pack.seen, 3)}
                for pack in photo.packs
                if pack.place == place
            ],
        }
        for place, filled in photo.filled.items()
    }


def slot_of(place: Place) -> str:
    """The slot id of a basket."""
    return f"A-{place[0]}-{place[1]}"


def _profile(view: ChestView, plan: dict[Place, list[PackDesign]]) -> DeviceProfile:
    return set_profile(
        view,
        fixture_id="freezer",
        name=Names(en="Freezer", zh="冰柜"),
        kind=FixtureKind.COOLER_CHEST,
        slots=[
            SlotPlan(
                slot_id=slot_of(place),
                gtin=str(designs[0].gtin),
                others=tuple(str(design.gtin) for design in designs[1:]),
            )
            for place, designs in plan.items()
        ],
    )
