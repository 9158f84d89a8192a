"""Reading a shelf: a photo of a fixture → what stands at the front of each slot.

With a calibrated view the fixture's front is flattened and read slot by slot; a chest freezer, seen
from above, basket by basket (vision_models/baskets.py). Without one, the
product detector finds boxes anywhere in the photo; with a plan, the rows they stand in are aligned
with its rows. Either way the crops are recognised with the gallery, and what is not recognised is
*unknown*, never the nearest guess.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from device_profiles.camera import ShelfView
from device_profiles.planogram import Fixture, FixtureKind, Planogram
from vision_models.alignment import Fitted, fit_to_plan
from vision_models.baskets import BasketReader, is_empty
from vision_models.calibration import Flattened, flatten
from vision_models.detector import Detector
from vision_models.emptiness import Filling, Look, ReadingSettings, SlotJudge
from vision_models.errors import UnusablePicture
from vision_models.frame import Image
from vision_models.gallery import CROP_MATCH, Gallery, Match
from vision_models.neighbours import settle_beside
from vision_models.quality import Measures, Quality, judge_measures, judge_picture, measure
from vision_models.reading import Box, Facing, ShelfReading
from vision_models.rows import Place, rows_of
from vision_models.standing import compliance_of

NO_MATCH = Match(candidates=(), accepted=None)


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
        self._judge = SlotJudge(self.settings)
        self._baskets = BasketReader(gallery, self._judge)
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
        when_empty: Mapping[str, Look] | None = None,
    ) -> ShelfReading:
        """What `image` shows. With `view` and `fixture` slot by slot, else wherever a product is,
        by slots where `planogram` has some. `when_empty` is what `look_at_empty` gave.

        Raises UnusablePicture if the picture is tiny, or if neither a calibrated view nor a
        detector is at hand; UnusableModel if a model fails.
        """
        started_s = time.perf_counter()
        measures = measure(image)
        quality = judge_measures(measures)
        if quality is not Quality.CLEAR:
            reading = ShelfReading(quality=quality, hidden_slots=_slot_ids(fixture, planogram))
        elif view is not None and fixture is not None and _is_chest(fixture):
            reading = self._read_baskets(image, view, fixture, planogram)
        elif view is not None and view.corners is not None and fixture is not None:
            reading = self._read_slots(image, measures, view, fixture, planogram, when_empty or {})
        else:
            reading = self._read_anywhere(image, measures, planogram)
        took_ms = (time.perf_counter() - started_s) * 1000
        return replace(reading, model=self.model, took_ms=took_ms)

    def look_at_empty(self, image: Image, view: ShelfView, fixture: Fixture) -> dict[str, Look]:
        """How each slot looks with nothing in it, from a picture of the empty shelf: before a
        coloured or patterned back wall, a gap is told by that alone. Raises UnusablePicture."""
        quality = judge_picture(image)
        if quality in (Quality.DARK, Quality.GLARE):
            raise UnusablePicture(f"the picture of the empty shelf is {quality}; take another one")
        slots = self._cut(flatten(image, view), fixture, None)
        return {slot.slot_id: self._judge.look(slot.crop) for slot in slots}

    # --- with a calibrated view ------------------------------------------------------------------

    def _read_slots(
        self,
        image: Image,
        measures: Measures,
        view: ShelfView,
        fixture: Fixture,
        planogram: Planogram | None,
        when_empty: Mapping[str, Look],
    ) -> ShelfReading:
        slots = self._cut(flatten(image, view), fixture, planogram)
        hidden = [slot for slot in slots if self._judge.is_burnt(slot.crop)]
        judged = [slot for slot in slots if slot not in hidden]
        matches = self._match(
            [slot.crop for slot in judged], expected=[slot.planned for slot in judged]
        )
        known = [
            self._judge.outline(slot.crop)
            for slot, match in zip(judged, matches, strict=True)
            if match.accepted is not None
        ]
        soft = self._judge.softness(known, len(slots), measures)
        if soft is not None:
            return ShelfReading(quality=soft, hidden_slots=tuple(slot.slot_id for slot in slots))
        facings, empty = [], []
        for slot, match in zip(judged, matches, strict=True):
            filling = self._filling(slot.crop, match, when_empty.get(slot.slot_id))
            if filling is Filling.FULL:
                facings.append(_facing(slot.box, match, slot.slot_id))
            elif filling is Filling.EMPTY:
                empty.append(slot)
            else:
                hidden.append(slot)
        unseen = tuple(slot.slot_id for slot in hidden)
        return ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(facings),
            empty_slots=tuple(slot.slot_id for slot in empty if slot.planned or not planogram),
            hidden_slots=unseen,
            compliance=compliance_of(planogram, facings, unseen).share if planogram else None,
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

    def _read_baskets(
        self, image: Image, view: ShelfView, fixture: Fixture, planogram: Planogram | None
    ) -> ShelfReading:
        facings, baskets = self._baskets.read(image, view, fixture)
        planned = {slot.slot_id for slot in planogram.slots} if planogram else None
        hidden = tuple(basket.basket_id for basket in baskets if basket.filled is None)
        return ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(facings),
            empty_slots=tuple(
                basket.basket_id
                for basket in baskets
                if is_empty(basket) and (planned is None or basket.basket_id in planned)
            ),
            hidden_slots=hidden,
            baskets=tuple(baskets),
            compliance=compliance_of(planogram, facings, hidden).share if planogram else None,
        )

    # --- without ---------------------------------------------------------------------------------

    def _read_anywhere(
        self, image: Image, measures: Measures, planogram: Planogram | None
    ) -> ShelfReading:
        boxes, scores = self._boxes(image)
        crops = [_crop(image, box) for box in boxes]
        if self.gallery is None:
            facings = [
                Facing(box=box, gtin=None, score=score)
                for box, score in zip(boxes, scores, strict=True)
            ]
        else:
            facings = [
                _facing(box, match, None)
                for box, match in zip(boxes, self._match_boxes(crops, boxes), strict=True)
            ]
        rows = rows_of(boxes, [facing.gtin for facing in facings])
        if planogram is None or not planogram.slots:
            return ShelfReading(quality=Quality.CLEAR, facings=_in_rows(facings, rows, {}))
        known = [
            self._judge.outline(crop)
            for crop, facing in zip(crops, facings, strict=True)
            if facing.gtin is not None
        ]
        soft = self._judge.softness(known, len(planogram.slots), measures)
        if soft is not None:
            return ShelfReading(quality=soft, hidden_slots=_slot_ids(None, planogram))
        fitted = fit_to_plan(rows, boxes, [facing.gtin for facing in facings], planogram)
        standing = _in_rows(facings, rows, fitted.slot_of)
        return self._with_gaps(image, planogram, standing, fitted)

    def _with_gaps(
        self, image: Image, planogram: Planogram, standing: tuple[Facing, ...], fitted: Fitted
    ) -> ShelfReading:
        """The places where a product should stand and no box was found are looked at once more."""
        places = {
            slot_id: box
            for slot_id, box in fitted.open_places.items()
            if _is_inside(box, image.shape[1], image.shape[0])
        }
        crops = [_crop(image, box) for box in places.values()]
        planned = [planogram.product_in(slot_id) for slot_id in places]
        matches = self._match(crops, expected=planned)
        empty, hidden = list(fitted.closed), list(fitted.unseen)
        hidden += [slot_id for slot_id in fitted.open_places if slot_id not in places]
        found = []
        for (slot_id, box), crop, match in zip(places.items(), crops, matches, strict=True):
            filling = self._filling(crop, match)
            if filling is Filling.FULL:
                found.append(_facing(box, match, slot_id))
            else:
                (empty if filling is Filling.EMPTY else hidden).append(slot_id)
        facings = (*standing, *found)
        return ShelfReading(
            quality=Quality.CLEAR,
            facings=facings,
            empty_slots=tuple(sorted(empty)),
            hidden_slots=tuple(sorted(hidden)),
            compliance=compliance_of(planogram, facings, hidden).share,
        )

    def _filling(self, crop: Image, match: Match, when_empty: Look | None = None) -> Filling:
        if match.accepted is not None:
            return Filling.FULL
        return self._judge.judge(self._judge.look(crop), when_empty)

    def _boxes(self, image: Image) -> tuple[list[Box], list[float]]:
        if self.detector is None:
            raise UnusablePicture(
                "no product detector is installed; give the camera a calibrated shelf view"
            )
        found = self.detector.detect(image, 0.0)
        height, width = image.shape[:2]
        sides = np.clip(found.boxes, 0, [width, height, width, height]).tolist()
        boxes = [(float(x1), float(y1), float(x2), float(y2)) for x1, y1, x2, y2 in sides]
        return boxes, [float(score) for score in found.scores]

    def _match_boxes(self, crops: Sequence[Image], boxes: Sequence[Box]) -> list[Match]:
        if self.gallery is None:
            return [NO_MATCH] * len(crops)
        return settle_beside(self.gallery.match(crops, how=CROP_MATCH), boxes, CROP_MATCH)

    def _match(
        self, crops: Sequence[Image], expected: Sequence[str | None] | None = None
    ) -> list[Match]:
        if self.gallery is None:
            return [NO_MATCH] * len(crops)
        return self.gallery.match(crops, expected=expected, how=CROP_MATCH)


def _facing(box: Box, match: Match, slot_id: str | None) -> Facing:
    return Facing(
        box=box,
        gtin=match.accepted,
        score=match.score,
        slot_id=slot_id,
        certainty=min(1.0, match.certainty) if match.candidates else None,
        candidates=tuple(one.gtin for one in match.candidates),
    )


def _in_rows(
    facings: Sequence[Facing], rows: Sequence[Sequence[Place]], slot_of: Mapping[int, str]
) -> tuple[Facing, ...]:
    """The facings row by row from the left; equal items on one another are one, so many high, and
    what peeps over another one from behind is none."""
    found = []
    for place in (place for row in rows for place in row):
        column: list[Facing] = []
        for item in (place.item, *place.above):
            facing = replace(facings[item], slot_id=slot_of.get(item))
            if column and column[-1].gtin == facing.gtin:
                below = column.pop()
                box = _round(below.box, facing.box)
                column.append(replace(below, box=box, stacked=below.stacked + 1))
            else:
                column.append(facing)
        found += column
    return tuple(found)


def _round(one: Box, other: Box) -> Box:
    """The box round two."""
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _crop(image: Image, box: Box) -> Image:
    x1, y1, x2, y2 = (max(0, int(side)) for side in box)
    return image[y1 : max(y1 + 1, y2), x1 : max(x1 + 1, x2)]


def _is_inside(box: Box, width: int, height: int) -> bool:
    """Whether the picture shows nearly all of `box`."""
    seen_width = min(box[2], width) - max(box[0], 0.0)
    seen_height = min(box[3], height) - max(box[1], 0.0)
    return seen_width > 0.8 * (box[2] - box[0]) and seen_height > 0.8 * (box[3] - box[1])


def _is_chest(fixture: Fixture) -> bool:
    return fixture.kind is FixtureKind.COOLER_CHEST


def _slot_ids(fixture: Fixture | None, planogram: Planogram | None) -> tuple[str, ...]:
    if fixture is None:
        return tuple(slot.slot_id for slot in planogram.slots) if planogram else ()
    return tuple(
        fixture.slot_id(row, column)
        for row in range(1, fixture.rows + 1)
        for column in range(1, fixture.columns + 1)
    )
