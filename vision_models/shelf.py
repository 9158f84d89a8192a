"""Reading a shelf: a photo of a fixture → what stands at the front of each slot.

With a calibrated view the fixture's front is flattened and read slot by slot. Without one, the
product detector finds boxes anywhere in the photo. Either way the crops are recognised with the
gallery, and what is not recognised is *unknown*, never the nearest guess.
"""

import time
from dataclasses import dataclass

import cv2
import numpy as np

from device_profiles.camera import ShelfView
from device_profiles.planogram import Fixture, Planogram
from vision_models.calibration import Flattened, flatten
from vision_models.compliance import Compliance
from vision_models.detector import Detector
from vision_models.errors import UnusablePicture
from vision_models.frame import Image
from vision_models.gallery import CROP_MATCH, SURE, Gallery, Match
from vision_models.quality import Measures, Quality, judge_picture, measure

Box = tuple[float, float, float, float]
OUTLINED_AT_PX = 112
"""Width at which a slot's outline is measured, so that levels mean the same for every camera."""
LEAST_LOOKS = 4
"""So few goods say nothing about the picture's sharpness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSettings:
    """How a slot is cut out and told from an empty one. Shares of a slot or of its pixels; colour
    (HSV saturation) and brightness in 0..255.

    A slot whose middle is outlined, or a little outlined and coloured, holds something. One that
    is plain, grey and not glaring shows its back wall. All else is hidden: a hand, a sleeve, glare.
    Where even the recognised goods lack outline, the picture is too soft to tell anything.
    Measured on rendered coolers: empty slots nearly always up to 0.10 and 36, unknown packs from
    0.10 or 46; what lies between is called hidden, for a false gap costs more than a late one.
    """

    margin: float = 0.02
    middle: float = 0.6
    outline_levels: float = 20.0
    least_outline: float = 0.13
    coloured_outline: float = 0.06
    empty_outline: float = 0.09
    most_grey: float = 45.0
    most_bright: float = 200.0
    most_burnt: float = 0.5
    sharp_outline: float = 0.15
    sharp_levels: float = 200.0
    foggy_contrast: float = 130.0
    foggy_sharpness: float = 450.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What a slot's middle looks like, recognised or not."""

    outline: float
    colour: float
    brightness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """One product at the front: `box` in pixels of the photo, GTIN or None for unknown.
    `certainty` and `candidates`, best first, are the match's; None and empty without a gallery."""

    box: Box
    gtin: str | None
    score: float
    slot_id: str | None = None
    certainty: float | None = None
    candidates: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look."""
        return self.gtin is None or (self.certainty or 0.0) < SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfReading:
    """What one photo shows. `empty_slots` are planned slots with nothing in them, `hidden_slots`
    those that could not be judged. `compliance` is None without a planogram or a clear slot."""

    quality: Quality
    facings: tuple[Facing, ...] = ()
    empty_slots: tuple[str, ...] = ()
    hidden_slots: tuple[str, ...] = ()
    compliance: float | None = None
    model: str = ""
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    slot_id: str
    box: Box
    crop: Image
    planned: str | None


class ShelfReader:
    """Reads photos of shelves. `gallery` None: everything is unknown."""

    def __init__(
        self,
        gallery: Gallery | None,
        detector: Detector | None = None,
        settings: ReadingSettings | None = None,
    ) -> None:
        self.gallery = gallery
        self.detector = detector
        self.settings = settings or ReadingSettings()
        self.model = (
            f"sku-{gallery.model} gallery-{len(gallery.gtins)}" if gallery else "no-gallery"
        )

    def read(
        self,
        image: Image,
        *,
        view: ShelfView | None = None,
        fixture: Fixture | None = None,
        planogram: Planogram | None = None,
    ) -> ShelfReading:
        """What `image` shows. With `view` and `fixture` slot by slot, else wherever a product is.

        Raises UnusablePicture if the picture is tiny, or if neither a calibrated view nor a
        detector is at hand; UnusableModel if a model fails.
        """
        started_s = time.perf_counter()
        quality = judge_picture(image)
        if quality is not Quality.CLEAR:
            every = _slot_ids(fixture) if fixture and view else ()
            return ShelfReading(
                quality=quality, hidden_slots=every, model=self.model, took_ms=_since(started_s)
            )
        if view is not None and fixture is not None:
            return self._read_slots(image, view, fixture, planogram, started_s)
        return self._read_anywhere(image, started_s)

    def _read_slots(
        self,
        image: Image,
        view: ShelfView,
        fixture: Fixture,
        planogram: Planogram | None,
        started_s: float,
    ) -> ShelfReading:
        flat = flatten(image, view)
        slots = self._cut(flat, fixture, planogram)
        hidden = [slot for slot in slots if self._is_burnt(slot.crop)]
        judged = [slot for slot in slots if slot not in hidden]
        matches = self._match(judged)
        looks = [self._look(slot.crop) for slot in judged]
        known = [look for look, m in zip(looks, matches, strict=True) if m.accepted is not None]
        measures = measure(image)
        if self._is_soft(known, len(slots), measures):
            return ShelfReading(
                quality=Quality.FOGGED if self._is_foggy(measures) else Quality.BLURRED,
                hidden_slots=tuple(slot.slot_id for slot in slots),
                model=self.model,
                took_ms=_since(started_s),
            )
        facings, empty = [], []
        for slot, match, look in zip(judged, matches, looks, strict=True):
            if match.accepted is not None or self._holds_something(look):
                facings.append(
                    Facing(
                        box=slot.box,
                        gtin=match.accepted,
                        score=match.score,
                        slot_id=slot.slot_id,
                        certainty=min(1.0, match.certainty) if match.candidates else None,
                        candidates=tuple(one.gtin for one in match.candidates),
                    )
                )
            elif self._shows_its_back(look):
                empty.append(slot)
            else:
                hidden.append(slot)
        judged = [slot for slot in judged if slot not in hidden]
        return ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(facings),
            empty_slots=tuple(slot.slot_id for slot in empty if slot.planned or not planogram),
            hidden_slots=tuple(slot.slot_id for slot in hidden),
            compliance=_compliance(judged, facings).share if planogram else None,
            model=self.model,
            took_ms=_since(started_s),
        )

    def _read_anywhere(self, image: Image, started_s: float) -> ShelfReading:
        if self.detector is None:
            raise UnusablePicture(
                "no product detector is installed; give the camera a calibrated shelf view"
            )
        found = self.detector.detect(image, 0.0)
        height, width = image.shape[:2]
        boxes = [
            (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))
            for x1, y1, x2, y2 in found.boxes.tolist()
        ]
        crops = [
            image[int(y1) : max(int(y1) + 1, int(y2)), int(x1) : max(int(x1) + 1, int(x2))]
            for x1, y1, x2, y2 in boxes
        ]
        if self.gallery is not None:
            facings = [
                Facing(
                    box=box,
                    gtin=match.accepted,
                    score=match.score,
                    certainty=min(1.0, match.certainty),
                    candidates=tuple(one.gtin for one in match.candidates),
                )
                for box, match in zip(boxes, self.gallery.match(crops, how=CROP_MATCH), strict=True)
            ]
        else:
            facings = [
                Facing(box=box, gtin=None, score=float(score))
                for box, score in zip(boxes, found.scores, strict=True)
            ]
        return ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(facings),
            model=self.model,
            took_ms=_since(started_s),
        )

    def _cut(self, flat: Flattened, fixture: Fixture, planogram: Planogram | None) -> list[_Slot]:
        height, width = flat.front.shape[:2]
        across, down = width / fixture.columns, height / fixture.rows
        edge = self.settings.margin
        slots = []
        for row in range(fixture.rows):
            for column in range(fixture.columns):
                slot_id = fixture.slot_id(row + 1, column + 1)
                x1, x2 = (column + edge) * across, (column + 1 - edge) * across
                y1, y2 = (row + edge) * down, (row + 1 - edge) * down
                slots.append(
                    _Slot(
                        slot_id=slot_id,
                        box=flat.box_in_picture(x1, y1, x2, y2),
                        crop=flat.front[int(y1) : int(y2), int(x1) : int(x2)],
                        planned=planogram.product_in(slot_id) if planogram else None,
                    )
                )
        return slots

    def _match(self, slots: list[_Slot]) -> list[Match]:
        if self.gallery is None:
            return [Match(candidates=(), accepted=None)] * len(slots)
        crops = [slot.crop for slot in slots]
        planned = [slot.planned for slot in slots]
        return self.gallery.match(crops, expected=planned, how=CROP_MATCH)

    def _is_burnt(self, crop: Image) -> bool:
        grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
        return float((grey > 250).mean()) > self.settings.most_burnt

    def _is_soft(self, known: list[_Look], slots: int, measures: Measures) -> bool:
        """Whether the recognised goods lack outline, half of them at least; where most slots were
        not recognised, whether the whole picture does: an empty cooler still has sharp rails."""
        limits = self.settings
        is_weak = measures.sharpness < limits.sharp_levels or self._is_foggy(measures)
        if len(known) < slots / 2 and is_weak:
            return True
        if len(known) < LEAST_LOOKS:
            return False
        return float(np.median([look.outline for look in known])) < limits.sharp_outline

    def _is_foggy(self, measures: Measures) -> bool:
        """Fog takes contrast and outline together; a plain but sharp picture has its outline."""
        limits = self.settings
        return (
            measures.contrast < limits.foggy_contrast
            and measures.sharpness < limits.foggy_sharpness
        )

    def _holds_something(self, look: _Look) -> bool:
        limits = self.settings
        is_coloured = look.colour > limits.most_grey
        least = limits.coloured_outline if is_coloured else limits.least_outline
        return look.outline >= least

    def _shows_its_back(self, look: _Look) -> bool:
        limits = self.settings
        is_plain = look.outline < limits.empty_outline and look.colour <= limits.most_grey
        return is_plain and look.brightness < limits.most_bright

    def _look(self, crop: Image) -> _Look:
        """Outline, colour and brightness of the crop's middle, at one width for every camera."""
        scale = OUTLINED_AT_PX / crop.shape[1]
        crop = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        height, width = crop.shape[:2]
        aside = (1 - self.settings.middle) / 2
        core = crop[
            int(height * aside) : int(height * (1 - aside)),
            int(width * aside) : int(width * (1 - aside)),
        ]
        grey = cv2.GaussianBlur(cv2.cvtColor(core, cv2.COLOR_BGR2GRAY), (3, 3), 0)
        outline = np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=3))
        return _Look(
            outline=float((outline > self.settings.outline_levels).mean()),
            colour=float(cv2.cvtColor(core, cv2.COLOR_BGR2HSV)[..., 1].mean()),
            brightness=float(grey.mean()),
        )


def _compliance(judged: list[_Slot], facings: list[Facing]) -> Compliance:
    seen = {facing.slot_id: facing.gtin for facing in facings}
    planned = [slot for slot in judged if slot.planned]
    return Compliance(
        visible=len(planned),
        present=sum(slot.slot_id in seen for slot in planned),
        right=sum(seen.get(slot.slot_id) == slot.planned for slot in planned),
    )


def _slot_ids(fixture: Fixture) -> tuple[str, ...]:
    return tuple(
        fixture.slot_id(row, column)
        for row in range(1, fixture.rows + 1)
        for column in range(1, fixture.columns + 1)
    )


def _since(started_s: float) -> float:
    return (time.perf_counter() - started_s) * 1000
