"""A plan of slots made from one good photo: what stands where becomes what shall stand where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from device_profiles.camera import ShelfView
from device_profiles.planogram import FixtureProfile, PlanogramProfile, SlotPlan
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import Box, Facing, ShelfReading
from vision_models.shelf.rows import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWanted:
    """The plan that shall be made: of which fixture, seen how, under which name, from when."""

    fixture: FixtureProfile
    view: ShelfView | None = None
    planogram_id: str
    version: int
    valid_from: datetime


def plan_from_photo(
    image: Image, reader: ShelfReader, wanted: PlanWanted, *, leaves_unknown_out: bool = False
) -> PlanogramProfile:
    """The plan of what `image` shows: by the slots of a calibrated view, else by the rows that the
    products stand in, of which there have to be as many as the fixture has.

    Raises UnusablePicture for a photo that cannot be judged, that shows another number of rows,
    nothing, a hidden slot, or, unless they are left out, products that nobody enrolled.
    """
    view, fixture = wanted.view, wanted.fixture
    reading = reader.read(image, view=view, fixture=fixture)
    if reading.quality is not Quality.CLEAR:
        raise UnusablePicture(f"the photo is {reading.quality}; take a clear one")
    if reading.lost:
        raise UnusablePicture("a part of the photo is damaged; take another one")
    if reading.hidden_slots:
        raise UnusablePicture(
            f"{_listed(reading.hidden_slots)} cannot be seen; take a photo that shows every slot"
        )
    placed = list(reading.facings)
    if view is None or view.corners is None:
        placed = _in_slots(reading, fixture)
    unknown = [facing for facing in placed if facing.gtin is None]
    if unknown and not leaves_unknown_out:
        raise UnusablePicture(
            f"{len(unknown)} products are unknown ({_listed([_where(one) for one in unknown])});"
            " enrol them with aisle sku enroll, or leave them out with --leave-unknown-out"
        )
    slots = _slots(placed)
    if not slots:
        raise UnusablePicture("the photo shows no product that could be planned")
    return PlanogramProfile(
        planogram_id=wanted.planogram_id,
        version=wanted.version,
        fixture_id=fixture.fixture_id,
        valid_from=wanted.valid_from,
        slots=slots,
    )


def plan_as_toml(planogram: PlanogramProfile) -> str:
    """The plan as tables of a device's profile."""
    lines = [
        "[[planograms]]",
        f'planogram_id = "{planogram.planogram_id}"',
        f"version = {planogram.version}",
        f'fixture_id = "{planogram.fixture_id}"',
        f"valid_from = {planogram.valid_from.isoformat(timespec='seconds')}",
    ]
    for slot in planogram.slots:
        lines += [
            "",
            "[[planograms.slots]]",
            f'slot_id = "{slot.slot_id}"',
            f'gtin = "{slot.gtin}"',
        ]
        if slot.others:
            lines.append(f"others = [{', '.join(f'{gtin!r}' for gtin in slot.others)}]")
        lines.append(f"max_facings = {slot.max_facings}")
    return "\n".join(lines) + "\n"


def _in_slots(reading: ShelfReading, fixture: FixtureProfile) -> list[Facing]:
    """The facings of a photo without calibration, each with the slot that its place is."""
    boxes: list[Box] = [facing.box for facing in reading.facings]
    rows = rows_of(boxes, [facing.gtin for facing in reading.facings])
    if len(rows) != fixture.rows:
        raise UnusablePicture(
            f"the products stand in {len(rows)} rows, {fixture.rows} were expected; take the photo"
            " straight from the front with nothing else in it, or mark the shelf's corners in a"
            " profile"
        )
    placed = []
    for row, places in enumerate(rows, start=1):
        for column, place in enumerate(places, start=1):
            facing = reading.facings[place.item]
            placed.append(
                Facing(
                    box=facing.box,
                    gtin=facing.gtin,
                    score=facing.score,
                    slot_id=fixture.slot_id(row, column),
                )
            )
    return placed


def _slots(facings: Sequence[Facing]) -> tuple[SlotPlan, ...]:
    """One slot a place; several goods in one place, as in a freezer's basket, are one slot's."""
    held: dict[str, list[str]] = {}
    for facing in facings:
        if facing.slot_id is not None and facing.gtin is not None:
            held.setdefault(facing.slot_id, []).append(facing.gtin)
    return tuple(
        SlotPlan(
            slot_id=slot_id,
            gtin=gtins[0],
            others=tuple(dict.fromkeys(gtin for gtin in gtins[1:] if gtin != gtins[0])),
        )
        for slot_id, gtins in held.items()
    )


def _where(facing: Facing) -> str:
    x1, y1, x2, y2 = facing.box
    return facing.slot_id or f"at {(x1 + x2) / 2:.0f}, {(y1 + y2) / 2:.0f}"


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
