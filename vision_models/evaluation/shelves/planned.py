"""How well a planned shelf is read: what each slot holds, gaps, and the compliance that follows.

```
set/profile.toml        a device's profile with one shelf view, its fixture and planogram
set/images/N.jpg        photos by that camera
set/slots/N.json        what stood in each slot: a GTIN, null for empty
set/references/GTIN.jpg the gallery; a GTIN without a picture is right when it is called unknown
```
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from device_profiles.camera import ShelfView
from device_profiles.device import InvalidProfile, load_device
from device_profiles.failures import in_words
from device_profiles.files import read_json
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from vision_models.core.errors import UnusablePicture
from vision_models.core.pictures import read_picture
from vision_models.evaluation.report import Mark, Shown, Told
from vision_models.evaluation.shelves.sets import PICTURES
from vision_models.shelf.compliance import compliance_error
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import ShelfReading

GAP, HIDDEN, MISSED = "gap", "hidden", "missed"
"""What a slot is besides a GTIN or None for an unknown pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSet:
    """Photos of one planned fixture with the GTIN in each slot, None where it was empty."""

    view: ShelfView
    fixture: FixtureProfile
    planogram: PlanogramProfile
    photos: tuple[tuple[Path, Mapping[str, str | None]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotScore:
    """One photo: by slot what was planned, what stood there and what was read."""

    image: Path
    quality: str
    slots: Mapping[str, tuple[str | None, str | None, str | None]]
    reading: ShelfReading
    error: float | None
    ms: float

    @property
    def wrong(self) -> list[str]:
        """Slots read wrongly; hidden ones are not."""
        return [
            slot for slot, (_, is_there, seen) in self.slots.items() if _is_wrong(is_there, seen)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFigures:
    """`deviations_f1` is about slots that do not hold what is planned. Shares of 1; None where no
    photo could be judged. `ms` is processor time a photo, its median."""

    photos: int
    slots: int
    facing_accuracy: float | None
    false_gaps: int
    missed_gaps: int
    hidden: int
    deviations_f1: float | None
    compliance_error: float | None
    compliance_error_max: float | None
    qualities: dict[str, int]
    ms: float


def read_planned_set(folder: Path) -> PlannedSet:
    """The photos of a planned fixture in `folder`. Raises UnusablePicture if it is no such set."""
    try:
        device = load_device(folder / "profile.toml")
        view = device.cameras[0].shelves[0]
        fixture = next(f for f in device.fixtures if f.fixture_id == view.fixture_id)
        planogram = next(p for p in device.planograms if p.fixture_id == view.fixture_id)
        images = sorted(p for p in (folder / "images").iterdir() if p.suffix.lower() in PICTURES)
        photos = [
            (image, read_json(folder / "slots" / f"{image.stem}.json", "slots")) for image in images
        ]
    except (OSError, ValueError, IndexError, StopIteration, InvalidProfile) as error:
        raise UnusablePicture(
            f"{folder} is no set of a planned shelf (profile.toml with a shelf view, fixture and"
            f" planogram, images/, slots/): {in_words(error)}"
        ) from error
    return PlannedSet(view=view, fixture=fixture, planogram=planogram, photos=tuple(photos))


def score_planned(
    photos: PlannedSet, reader: ShelfReader, known: Iterable[str], most: int | None = None
) -> list[SlotScore]:
    """Every photo read slot by slot. `known` are the GTINs of the gallery: another one is right
    when it is called unknown. Raises UnusablePicture, UnusableModel."""
    enrolled = frozenset(known)
    return [
        _score(photos, reader, enrolled, image, stands) for image, stands in photos.photos[:most]
    ]


def _score(
    photos: PlannedSet,
    reader: ShelfReader,
    enrolled: frozenset[str],
    image: Path,
    stands: Mapping[str, str | None],
) -> SlotScore:
    picture = read_picture(image)
    started_s = time.process_time()
    reading = reader.read(
        picture, view=photos.view, fixture=photos.fixture, planogram=photos.planogram
    )
    ms = 1000 * (time.process_time() - started_s)
    seen: dict[str, str | None] = dict.fromkeys(reading.empty_slots, GAP)
    seen |= {f.slot_id: f.gtin for f in reading.facings if f.slot_id}
    seen |= dict.fromkeys(reading.hidden_slots, HIDDEN)
    slots = {}
    for slot, gtin in stands.items():
        is_there = GAP if gtin is None else gtin if gtin in enrolled else None
        slots[slot] = (photos.planogram.product_in(slot), is_there, seen.get(slot, MISSED))
    return SlotScore(
        image=image,
        quality=reading.quality.value,
        slots=slots,
        reading=reading,
        error=_error(photos.planogram, stands, reading),
        ms=ms,
    )


def _error(
    planogram: PlanogramProfile, stands: Mapping[str, str | None], reading: ShelfReading
) -> float | None:
    visible = [s for s in planogram.slots if s.slot_id not in reading.hidden_slots]
    if reading.compliance is None or not visible:
        return None
    right = sum(stands.get(slot.slot_id) == slot.gtin for slot in visible)
    return compliance_error(reading.compliance, right / len(visible))


def _is_wrong(is_there: str | None, seen: str | None) -> bool:
    return seen not in (is_there, HIDDEN)


def planned_figures(scores: Sequence[SlotScore]) -> PlannedFigures:
    """All photos together; those that were reported bad claim nothing and are not judged."""
    clear = [score for score in scores if score.quality == "clear"]
    rows = [row for score in clear for row in score.slots.values()]
    facings = [(true, seen) for _, true, seen in rows if true != GAP and seen != HIDDEN]
    errors = [score.error for score in clear if score.error is not None]
    return PlannedFigures(
        photos=len(scores),
        slots=len(rows),
        facing_accuracy=float(np.mean([t == s for t, s in facings])) if facings else None,
        false_gaps=sum(seen == GAP for _, seen in facings),
        missed_gaps=sum(true == GAP and seen not in (GAP, HIDDEN) for _, true, seen in rows),
        hidden=sum(seen == HIDDEN for _, _, seen in rows),
        deviations_f1=_deviations_f1(rows),
        compliance_error=float(np.mean(errors)) if errors else None,
        compliance_error_max=max(errors) if errors else None,
        qualities=dict(Counter(score.quality for score in scores)),
        ms=float(np.median([score.ms for score in scores])),
    )


def _deviations_f1(rows: Sequence[tuple[str | None, str | None, str | None]]) -> float | None:
    """F1 of slots that hold something else than planned; a hidden one is a miss."""
    true = [(planned, is_there) for planned, is_there, _ in rows if is_there != planned]
    found = [s for planned, _, s in rows if s not in (planned, HIDDEN, MISSED)]
    right = sum(t != p and t == s for p, t, s in rows)
    return 2 * right / (len(true) + len(found)) if true or found else None


def shown_planned(scores: Sequence[SlotScore], most: int) -> Iterable[Shown]:
    """The worst photos first, each facing and gap with its verdict."""
    worst = sorted(scores, key=lambda s: (-len(s.wrong), -(s.error or 0.0), s.image))
    for score in worst[:most]:
        marks = []
        for facing in score.reading.facings:
            _, is_there, seen = score.slots.get(facing.slot_id or "", (None, None, facing.gtin))
            meaning = "right" if seen == is_there else "unknown" if seen is None else "wrong name"
            marks.append(Mark(box=facing.box, meaning=meaning))
        said = ", ".join(score.wrong) or "none"
        error = "" if score.error is None else f"; compliance error {score.error:.3f}"
        yield Shown(
            caption=f"{score.image.name}: {score.quality}; wrong slots: {said}{error}",
            pictures=[("", read_picture(score.image), marks)],
        )


def told_planned(figures: PlannedFigures) -> Iterable[Told]:
    """The figures in words."""
    yield Told(name="Photos", value=str(figures.photos), note=f"{figures.slots} slots judged")
    for name, value, note in (
        ("Facing accuracy", figures.facing_accuracy, "misses and wrong names both count"),
        ("F1 of deviations", figures.deviations_f1, "gaps, swaps, strange packs"),
        ("Compliance error", figures.compliance_error, "mean, 0 is exact"),
        ("Compliance error, worst", figures.compliance_error_max, "one photo"),
    ):
        if value is not None:
            yield Told(name=name, value=f"{100 * value:.2f} %", note=note)
    yield Told(name="False gaps", value=str(figures.false_gaps))
    yield Told(name="Missed gaps", value=str(figures.missed_gaps), note=f"{figures.hidden} hidden")
    yield Told(name="Time", value=f"{figures.ms:.0f} ms", note="median a photo, one thread")
    said = ", ".join(f"{count} {quality}" for quality, count in figures.qualities.items())
    yield Told(name="Picture quality", value=said, note="others claim nothing")
