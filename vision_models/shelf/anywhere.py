"""Products wherever they stand in a photo: boxes, names, rows, and the plan's slots they fill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from device_profiles.planogram import PlanogramProfile
from vision_models.core.damage import is_lost
from vision_models.core.detections import Detections
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery, match_crops
from vision_models.naming.matching import BOX_MATCH
from vision_models.naming.neighbours import settle_beside
from vision_models.networks.detector import Detector
from vision_models.shelf.alignment import Fitted, fit_to_plan
from vision_models.shelf.emptiness import Filling, SlotJudge
from vision_models.shelf.quality import Measures, Quality
from vision_models.shelf.reading import Box, Facing, ShelfReading, facing_of
from vision_models.shelf.rows import Place, rows_of
from vision_models.shelf.standing import compliance_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What stands at the front: facings with their crops, and the rows of their indices."""

    facings: tuple[Facing, ...]
    crops: tuple[Image, ...]
    rows: tuple[tuple[Place, ...], ...]

    @property
    def boxes(self) -> list[Box]:
        """The box of each facing."""
        return [facing.box for facing in self.facings]

    @property
    def names(self) -> list[str | None]:
        """The GTIN of each facing, None for unknown."""
        return [facing.gtin for facing in self.facings]


class AnywhereReader:
    """Reads photos without a calibrated view. `gallery` None: everything is unknown."""

    def __init__(
        self, gallery: Gallery | None, detector: Detector | None, judge: SlotJudge
    ) -> None:
        self._gallery = gallery
        self._detector = detector
        self._judge = judge

    def read(
        self, image: Image, measures: Measures, planogram: PlanogramProfile | None
    ) -> ShelfReading:
        """What stands in `image`, by slots where `planogram` has some.

        Raises UnusablePicture without a detector; UnusableModel.
        """
        if self._detector is None:
            raise UnusablePicture(
                "no product detector is installed; give the camera a calibrated shelf view"
            )
        found = self._detector.detect(image, 0.0)
        found = found[np.array([not is_lost(box, measures.lost) for box in found.boxes], np.bool_)]
        front = self.at_front(image, self.named(image, found), found)
        if planogram is None or not planogram.slots:
            return ShelfReading(quality=Quality.CLEAR, facings=in_rows(front, {}))
        known = [
            self._judge.outline(crop)
            for crop, name in zip(front.crops, front.names, strict=True)
            if name is not None
        ]
        soft = self._judge.softness(known, len(planogram.slots), measures)
        if soft is not None:
            slots = tuple(slot.slot_id for slot in planogram.slots)
            return ShelfReading(quality=soft, hidden_slots=slots)
        fitted = fit_to_plan(front.rows, front.boxes, front.names, planogram)
        if measures.lost:
            return beside_damage(front, fitted, planogram)
        return self._with_gaps(
            image, planogram, in_rows(front, fitted.slot_of, fitted.behind), fitted
        )

    def named(self, image: Image, found: Detections) -> list[Facing]:
        """One facing for each box, recognised or unknown. Raises UnusableModel."""
        boxes = _boxes_in(image, found)
        crops = [_crop(image, box) for box in boxes]
        matches = match_crops(self._gallery, crops, how=BOX_MATCH)
        settled = settle_beside(matches, boxes, BOX_MATCH)
        facings = [facing_of(box, match) for box, match in zip(boxes, settled, strict=True)]
        if self._gallery is not None:
            return facings
        return [
            replace(facing, score=float(score))
            for facing, score in zip(facings, found.scores, strict=True)
        ]

    def at_front(self, image: Image, facings: Sequence[Facing], found: Detections) -> Front:
        """Those of `facings`, one for each box of `found`, that hold a pack, in rows."""
        crops = [_crop(image, facing.box) for facing in facings]
        packs = [
            (facing, crop, float(score))
            for facing, crop, score in zip(facings, crops, found.scores, strict=True)
            if self._is_pack(crop, facing)
        ]
        kept = tuple(facing for facing, _, _ in packs)
        rows = rows_of(
            [facing.box for facing in kept],
            [facing.gtin for facing in kept],
            [score for _, _, score in packs],
        )
        return Front(
            facings=kept,
            crops=tuple(crop for _, crop, _ in packs),
            rows=tuple(tuple(row) for row in rows),
        )

    def _is_pack(self, crop: Image, facing: Facing) -> bool:
        """Whether a box holds a pack: one that is bare to one side is a gap with what peeps in
        from behind."""
        return facing.gtin is not None or not self._judge.look(crop, is_estimated=True).is_open

    def _with_gaps(
        self,
        image: Image,
        planogram: PlanogramProfile,
        standing: tuple[Facing, ...],
        fitted: Fitted,
    ) -> ShelfReading:
        """The places where a product should stand and no box was found are looked at once more."""
        places = {
            slot_id: box
            for slot_id, box in fitted.open_places.items()
            if _is_inside(box, image.shape[1], image.shape[0])
        }
        crops = [_crop(image, box) for box in places.values()]
        planned = [planogram.product_in(slot_id) for slot_id in places]
        matches = match_crops(self._gallery, crops, planned)
        empty, hidden = list(fitted.closed), list(fitted.unseen)
        hidden += [slot_id for slot_id in fitted.open_places if slot_id not in places]
        found = []
        for (slot_id, box), crop, match in zip(places.items(), crops, matches, strict=True):
            is_recognised = match.accepted is not None
            filling = self._judge.filling(crop, is_recognised=is_recognised, is_estimated=True)
            if filling is Filling.FULL:
                found.append(facing_of(box, match, slot_id))
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


def beside_damage(front: Front, fitted: Fitted, planogram: PlanogramProfile) -> ShelfReading:
    """What is left of a picture without calibration, a part of which was lost: products that stand
    outside of it. A place without one cannot be told from a lost one, so each such slot is hidden;
    where a row is missing, nobody knows which, and only what stands as planned is told."""
    facings = in_rows(front, fitted.slot_of, fitted.behind)
    planned = {slot.slot_id: (slot.gtin, *slot.others) for slot in planogram.slots}
    if len(front.rows) != len({slot_id.split("-")[1] for slot_id in planned}):
        facings = tuple(one for one in facings if one.gtin in planned.get(one.slot_id or "", ()))
    held = {facing.slot_id for facing in facings}
    hidden = tuple(sorted(slot_id for slot_id in planned if slot_id not in held))
    return ShelfReading(
        quality=Quality.CLEAR,
        facings=facings,
        hidden_slots=hidden,
        compliance=compliance_of(planogram, facings, hidden).share,
    )


def in_rows(
    front: Front, slot_of: Mapping[int, str], behind: Sequence[int] = ()
) -> tuple[Facing, ...]:
    """The facings row by row from the left; equal items on one another are one, so many high, and
    what peeps over or past another one from `behind` is none."""
    found = []
    for place in (place for row in front.rows for place in row if place.item not in behind):
        column: list[Facing] = []
        for item in (place.item, *place.above):
            facing = replace(front.facings[item], slot_id=slot_of.get(item))
            if column and facing.gtin and column[-1].gtin == facing.gtin:
                below = column.pop()
                box = _round(below.box, facing.box)
                column.append(replace(below, box=box, stacked=below.stacked + 1))
            else:
                column.append(facing)
        found += column
    return tuple(found)


def _boxes_in(image: Image, found: Detections) -> list[Box]:
    height, width = image.shape[:2]
    sides = np.clip(found.boxes, 0, [width, height, width, height]).tolist()
    return [(float(x1), float(y1), float(x2), float(y2)) for x1, y1, x2, y2 in sides]


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
