"""How well a chest freezer is read: what lies in each basket, how full it is, which are empty.

```
set/profile.toml        a device's profile with one view of a chest freezer, its fixture and plan
set/images/N.jpg        photos by that camera
set/baskets/N.json      slot → `filled`, the share of its floor that goods cover, and `packs`: each
                        with its `gtin` and `seen`, the share of it that is open to view
set/references/GTIN.jpg the gallery; a GTIN without a picture is right when it is called unknown
```
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from device_profiles.camera import ShelfView
from device_profiles.device import InvalidProfile, load_device
from device_profiles.failures import in_words
from device_profiles.files import read_json
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from vision_models.core.errors import UnusablePicture
from vision_models.core.pictures import read_picture
from vision_models.evaluation.report import Mark, Shown, Told
from vision_models.evaluation.shelves.sets import PICTURES
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import ShelfReading

LEAST_SEEN = 0.4
"""A product of which no pack is open to view so far cannot be asked for by name."""


class TruePack(BaseModel):
    """One pack in a basket, and the share of it that nothing hides."""

    model_config = ConfigDict(frozen=True)

    gtin: str
    seen: float = Field(ge=0, le=1)


class TrueBasket(BaseModel):
    """What truly lies in a basket, and the share of its floor that it covers."""

    model_config = ConfigDict(frozen=True)

    filled: float = Field(ge=0, le=1)
    packs: tuple[TruePack, ...] = ()


_TRUTH = TypeAdapter(dict[str, TrueBasket])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestSet:
    """Photos of one chest freezer with what lies in each basket."""

    view: ShelfView
    fixture: FixtureProfile
    planogram: PlanogramProfile | None
    photos: tuple[tuple[Path, Mapping[str, TrueBasket]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketScore:
    """One basket of one photo. `open_skus`: enrolled products of which a pack is open to view;
    `named` what was read; `wrong` those of them that do not lie there. `filled` is None where the
    basket was called hidden."""

    slot_id: str
    open_skus: frozenset[str]
    named: frozenset[str]
    wrong: frozenset[str]
    true_filled: float
    filled: float | None
    is_empty: bool
    is_called_empty: bool

    @property
    def missed(self) -> frozenset[str]:
        """What could have been named and was not."""
        return self.open_skus - self.named


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestScore:
    """One photo with its baskets; none where it was reported bad."""

    image: Path
    baskets: tuple[BasketScore, ...]
    reading: ShelfReading
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestFigures:
    """`named`: of the enrolled products with a pack open to view at least LEAST_SEEN, by photo and
    basket, the share that was named. `fill_error`: |said − true| of a basket's covered floor, mean
    and largest. Shares of 1; None where nothing could be judged. `ms`: processor time, median."""

    photos: int
    baskets: int
    hidden: int
    open_skus: int
    named: float | None
    wrong_names: int
    empty: int
    empty_found: int
    false_empty: int
    fill_error: float | None
    fill_error_max: float | None
    qualities: dict[str, int]
    ms: float


def is_chest_set(folder: Path) -> bool:
    """Whether `folder` tells what lies in baskets."""
    return (folder / "baskets").is_dir()


def read_chest_set(folder: Path) -> ChestSet:
    """The photos of a chest freezer in `folder`. Raises UnusablePicture if it is no such set."""
    try:
        device = load_device(folder / "profile.toml")
        view = device.cameras[0].shelves[0]
        fixture = next(f for f in device.fixtures if f.fixture_id == view.fixture_id)
        plans = (p for p in device.planograms if p.fixture_id == view.fixture_id)
        images = sorted(p for p in (folder / "images").iterdir() if p.suffix.lower() in PICTURES)
        told = [read_json(folder / "baskets" / f"{one.stem}.json", "baskets") for one in images]
        photos = [
            (image, _TRUTH.validate_python(said)) for image, said in zip(images, told, strict=True)
        ]
    except (OSError, ValueError, IndexError, StopIteration, InvalidProfile) as error:
        raise UnusablePicture(
            f"{folder} is no set of a chest freezer (profile.toml with its view and fixture,"
            f" images/, baskets/): {in_words(error)}"
        ) from error
    return ChestSet(view=view, fixture=fixture, planogram=next(plans, None), photos=tuple(photos))


def score_chests(
    photos: ChestSet, reader: ShelfReader, known: Iterable[str], most: int | None = None
) -> list[ChestScore]:
    """Every photo read basket by basket. `known` are the GTINs of the gallery: another one is
    right when it is named nowhere. Raises UnusablePicture, UnusableModel."""
    enrolled = frozenset(known)
    scores = []
    for image, truth in photos.photos[:most]:
        picture = read_picture(image)
        started_s = time.process_time()
        reading = reader.read(
            picture, view=photos.view, fixture=photos.fixture, planogram=photos.planogram
        )
        ms = 1000 * (time.process_time() - started_s)
        baskets = tuple(_scores(truth, reading, enrolled))
        scores.append(ChestScore(image=image, baskets=baskets, reading=reading, ms=ms))
    return scores


def _scores(
    truth: Mapping[str, TrueBasket], reading: ShelfReading, enrolled: frozenset[str]
) -> Iterable[BasketScore]:
    for seen in reading.baskets:
        there = truth[seen.basket_id]
        named = frozenset(seen.gtins)
        yield BasketScore(
            slot_id=seen.basket_id,
            open_skus=frozenset(p.gtin for p in there.packs if p.seen >= LEAST_SEEN) & enrolled,
            named=named,
            wrong=named - {pack.gtin for pack in there.packs},
            true_filled=there.filled,
            filled=seen.filled,
            is_empty=not there.packs,
            is_called_empty=seen.basket_id in reading.empty_slots,
        )


def chest_figures(scores: Sequence[ChestScore]) -> ChestFigures:
    """All photos together; those that were reported bad claim nothing and are not judged."""
    every = [basket for score in scores for basket in score.baskets]
    judged = [basket for basket in every if basket.filled is not None]
    wanted = sum(len(basket.open_skus) for basket in judged)
    found = sum(len(basket.open_skus & basket.named) for basket in judged)
    errors = [abs(b.filled - b.true_filled) for b in judged if b.filled is not None]
    return ChestFigures(
        photos=len(scores),
        baskets=len(judged),
        hidden=len(every) - len(judged),
        open_skus=wanted,
        named=found / wanted if wanted else None,
        wrong_names=sum(len(basket.wrong) for basket in judged),
        empty=sum(basket.is_empty for basket in judged),
        empty_found=sum(basket.is_empty and basket.is_called_empty for basket in judged),
        false_empty=sum(basket.is_called_empty and not basket.is_empty for basket in judged),
        fill_error=float(np.mean(errors)) if errors else None,
        fill_error_max=max(errors) if errors else None,
        qualities=dict(Counter(score.reading.quality.value for score in scores)),
        ms=float(np.median([score.ms for score in scores])) if scores else 0.0,
    )


def shown_chests(scores: Sequence[ChestScore], most: int) -> Iterable[Shown]:
    """The worst photos first, each found product with its verdict."""
    worst = sorted(
        scores,
        key=lambda s: (
            -sum(len(b.wrong) for b in s.baskets),
            -sum(len(b.missed) for b in s.baskets),
            s.image,
        ),
    )
    for score in worst[:most]:
        by_slot = {basket.slot_id: basket for basket in score.baskets}
        marks = [
            Mark(
                box=facing.box,
                meaning="unknown"
                if facing.gtin is None
                else "wrong name"
                if facing.gtin in by_slot[str(facing.slot_id)].wrong
                else "right",
            )
            for facing in score.reading.facings
        ]
        said = "; ".join(
            f"{b.slot_id} {b.filled if b.filled is not None else 'hidden'} (true {b.true_filled})"
            f" missed {', '.join(sorted(b.missed)) or 'none'}"
            for b in score.baskets
            if b.missed or b.wrong
        )
        yield Shown(
            caption=f"{score.image.name}: {score.reading.quality.value}; {said or 'all named'}",
            pictures=[("", read_picture(score.image), marks)],
        )


def told_chests(figures: ChestFigures) -> Iterable[Told]:
    """The figures in words."""
    yield Told(name="Photos", value=str(figures.photos), note=f"{figures.baskets} baskets judged")
    if figures.named is not None:
        yield Told(
            name="Products named",
            value=f"{100 * figures.named:.1f} %",
            note=f"of {figures.open_skus} with a pack {100 * LEAST_SEEN:.0f} % open to view",
        )
    yield Told(name="Wrong names", value=str(figures.wrong_names))
    yield Told(
        name="Empty baskets",
        value=f"{figures.empty_found} of {figures.empty}",
        note=f"{figures.false_empty} called empty falsely, {figures.hidden} hidden",
    )
    if figures.fill_error is not None and figures.fill_error_max is not None:
        yield Told(
            name="Fill error",
            value=f"{100 * figures.fill_error:.1f} points",
            note=f"mean of the floor's share; worst {100 * figures.fill_error_max:.0f}",
        )
    yield Told(name="Time", value=f"{figures.ms:.0f} ms", note="median a photo, one thread")
    said = ", ".join(f"{count} {quality}" for quality, count in figures.qualities.items())
    yield Told(name="Picture quality", value=said, note="others claim nothing")
