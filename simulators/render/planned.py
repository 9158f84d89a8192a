"""Photos of one cooler with its plan: swaps, gaps and strange packs, and what stands in each slot.

The folder is what `aisle eval shelf` reads: `profile.toml` as a device has it, `images/N.jpg`,
`slots/N.json` (slot → GTIN, null where it is empty), `references/GTIN.jpg` of the planned packs.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import tomlkit

from device_profiles.camera import Camera, CameraSource, ShelfView, SourceKind
from device_profiles.device import Device
from device_profiles.names import Name
from device_profiles.planogram import Fixture, FixtureKind, Planogram, SlotPlan
from device_profiles.store import DeviceKind
from simulators.render.cooler import CoolerView, cooler_view, render_cooler
from simulators.render.packs import PackDesign
from simulators.render.sprites import SpriteShelf
from simulators.render.troubles import Troubles

SWAPS, GAPS, STRANGERS = 2, 3, 2
JPEG_QUALITY = 88
VALID_FROM = "2026-01-01T00:00:00Z"


def write_planned_cooler(
    out: Path,
    planned: list[PackDesign],
    strangers: list[PackDesign],
    *,
    rows: int,
    columns: int,
    count: int,
    seed: int,
) -> None:
    """`count` photos; in each two pairs of slots are swapped, three empty, two hold `strangers`."""
    rng = np.random.default_rng(seed)
    view = cooler_view(rows, columns, rng)
    profile = planned_profile(view, planned)
    (out / "profile.toml").write_text(
        tomlkit.dumps(profile.model_dump(mode="json", exclude_none=True)), encoding="utf-8"
    )
    sprites = SpriteShelf(capacity=600)
    plan = {slot.slot_id: slot.gtin for slot in profile.planograms[0].slots}
    designs = {str(design.gtin): design for design in [*planned, *strangers]}
    for folder in ("images", "slots"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        stands = _stocked(plan, strangers, rng)
        packs = {place_of(slot): designs[gtin] for slot, gtin in stands.items() if gtin}
        photo = render_cooler(packs, view, rng, sprites, Troubles())
        file = out / "images" / f"{number:05d}.jpg"
        if not cv2.imwrite(str(file), photo.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
            raise OSError(f"cannot write {file}")
        truth = out / "slots" / f"{number:05d}.json"
        truth.write_text(json.dumps(stands), encoding="utf-8")


def planned_profile(view: CoolerView, planned: list[PackDesign]) -> Device:
    """The profile of a cooler whose slots hold `planned`, over and over."""
    slots = [f"A-{row}-{column}" for row, column in _places(view)]
    fixture = Fixture(
        fixture_id="cooler",
        letter="A",
        name=Name(en="Cooler", zh="冷柜"),
        kind=FixtureKind.COOLER_UPRIGHT,
        rows=view.rows,
        columns=view.columns,
    )
    camera = Camera(
        camera_id="camera",
        source=CameraSource(kind=SourceKind.IMAGE_FOLDER, address="images"),
        width_px=view.width_px,
        height_px=view.height_px,
        shelves=(ShelfView(fixture_id="cooler", corners=view.corners),),
    )
    plan = Planogram.model_validate(
        {
            "planogram_id": "plan",
            "version": 1,
            "fixture_id": "cooler",
            "valid_from": VALID_FROM,
            "slots": [
                SlotPlan(slot_id=slot, gtin=str(planned[place % len(planned)].gtin))
                for place, slot in enumerate(slots)
            ],
        }
    )
    return Device(
        tenant_id="rendered",
        store_id="rendered",
        device_id="cooler",
        kind=DeviceKind.COOLER,
        claim_token="rendered-claims-nothing",  # noqa: S106 - no device claims with it
        time_zone="UTC",
        cameras=(camera,),
        fixtures=(fixture,),
        planograms=(plan,),
        gallery="references",
    )


def place_of(slot_id: str) -> tuple[int, int]:
    """Row and column of a slot, from 1."""
    _, row, column = slot_id.split("-")
    return int(row), int(column)


def _places(view: CoolerView) -> list[tuple[int, int]]:
    return [(row + 1, column + 1) for row in range(view.rows) for column in range(view.columns)]


def _stocked(
    plan: dict[str, str], strangers: list[PackDesign], rng: np.random.Generator
) -> dict[str, str | None]:
    stands: dict[str, str | None] = dict(plan)
    wanted = 2 * SWAPS + GAPS + STRANGERS
    odd = [str(slot) for slot in rng.choice(sorted(plan), wanted, replace=False)]
    for place in range(0, 2 * SWAPS, 2):
        one, other = odd[place], odd[place + 1]
        stands[one], stands[other] = stands[other], stands[one]
    for slot in odd[2 * SWAPS : 2 * SWAPS + GAPS]:
        stands[slot] = None
    for slot in odd[2 * SWAPS + GAPS :]:
        stands[slot] = strangers[int(rng.integers(len(strangers)))].gtin
    return stands
