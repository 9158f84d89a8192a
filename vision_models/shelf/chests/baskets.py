"""Chest freezers: baskets seen from above, in which packs lie as they fell.

No rows, no upright packs: a SKU is found by its print anywhere in its basket (vision_models/
lying.py), and a basket is as full as its floor is covered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.camera import Point, ShelfView
from device_profiles.planogram import FixtureProfile
from vision_models.core.damage import Part, is_lost
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.naming.sift import PrintReader
from vision_models.shelf.calibration import flatten, flattened
from vision_models.shelf.chests.lying import LyingPack, Reference, packs_lying
from vision_models.shelf.emptiness import SlotJudge
from vision_models.shelf.reading import BasketSeen, Box, Facing

SEEN_PX = 640
FEATURES = 1500
REFERENCE_PX = 192
"""References are looked at about as large as a pack lies in a basket seen so large."""
TINT = 12.0
"""Distance from grey, in a* and b* of CIE Lab, from which a pixel shows goods: inside, freezers
are white, grey or frosted."""
LIGHTER_OR_DARKER = 50.0
"""Distance in L, 0..255, from the basket's own floor, from which a grey pixel shows goods too."""
MESH_PX = 9
EMPTY_BELOW = 0.02
"""Share of the floor that a price tag or a shadow may cover. Rendered freezers of seeds 4 and 8:
empty baskets 0.6 % at most, one pack from 6.8 % on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basket:
    slot_id: str
    box: Box
    crop: Image


class BasketReader:
    """Reads the baskets of chest freezers. `gallery` None: everything is unknown."""

    def __init__(self, gallery: Gallery | None, judge: SlotJudge) -> None:
        self._judge = judge
        self._prints = PrintReader(features=FEATURES, longer_side_px=SEEN_PX)
        self._gallery = gallery
        self._references: list[Reference] | None = None

    def read(
        self,
        image: Image,
        view: ShelfView,
        fixture: FixtureProfile,
        lost: Sequence[Part] = (),
    ) -> tuple[list[Facing], list[BasketSeen]]:
        """What lies open to view in each basket: one facing a SKU and basket, unknown where there
        are goods and none was recognised; and how full each is, None where it lies in one of the
        `lost` parts of the picture.

        Raises UnusablePicture if the view has neither corners nor baskets.
        """
        facings: list[Facing] = []
        seen: list[BasketSeen] = []
        for basket in _cut(image, view, fixture):
            if is_lost(basket.box, lost) or self._judge.is_burnt(basket.crop):
                seen.append(
                    BasketSeen(basket_id=basket.slot_id, box=basket.box, gtins=(), filled=None)
                )
                continue
            packs = self._packs(basket)
            filled = covered_share(basket.crop, [pack.corners for pack in packs])
            if packs:
                facings += [_facing(basket, pack.gtin, pack) for pack in packs]
            elif filled >= EMPTY_BELOW:
                facings.append(_facing(basket, None))
            seen.append(
                BasketSeen(
                    basket_id=basket.slot_id,
                    box=basket.box,
                    gtins=tuple(sorted(pack.gtin for pack in packs)),
                    filled=round(filled, 3),
                )
            )
        return facings, seen

    def _packs(self, basket: _Basket) -> list[LyingPack]:
        """The products named in a basket, with their corners in its crop."""
        high, wide = basket.crop.shape[:2]
        scale = SEEN_PX / max(high, wide)
        size = round(wide * scale), round(high * scale)
        picture = np.asarray(cv2.resize(basket.crop, size, interpolation=cv2.INTER_CUBIC), np.uint8)
        found = packs_lying(picture, self._prints.read(picture), self._known())
        return [replace(pack, corners=pack.corners / scale) for pack in found]

    def _known(self) -> list[Reference]:
        """Every reference with its print, read when the first basket is."""
        if self._references is None:
            reader = PrintReader(longer_side_px=REFERENCE_PX)
            pictures = self._gallery.pictures() if self._gallery else ()
            self._references = []
            for gtin, picture in pictures:
                scale = REFERENCE_PX / max(picture.shape[:2])
                small = np.asarray(
                    cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
                    np.uint8,
                )
                self._references.append(Reference(gtin, small, reader.read(small)))
        return self._references


def _facing(basket: _Basket, gtin: str | None, pack: LyingPack | None = None) -> Facing:
    """A product named where its pack lies in the photo, or something unknown in the basket."""
    box, certainty = basket.box, None
    if pack is not None:
        high, wide = basket.crop.shape[:2]
        left, top, right, bottom = box
        across, down = (right - left) / wide, (bottom - top) / high
        x1, y1 = np.clip(pack.corners.min(axis=0), 0, (wide, high)).tolist()
        x2, y2 = np.clip(pack.corners.max(axis=0), 0, (wide, high)).tolist()
        box = (left + x1 * across, top + y1 * down, left + x2 * across, top + y2 * down)
        certainty = round(pack.certainty, 4)
    return Facing(
        box=box,
        gtin=gtin,
        score=certainty or 0.0,
        slot_id=basket.slot_id,
        certainty=certainty,
        candidates=(gtin,) if gtin else (),
        basket_id=basket.slot_id,
    )


def is_empty(basket: BasketSeen) -> bool:
    """Whether a basket was seen to hold nothing."""
    return basket.filled is not None and basket.filled < EMPTY_BELOW


def covered_share(crop: Image, packs: Sequence[NDArray[np.float64]] = ()) -> float:
    """The share of a basket's floor that goods cover, 0..1, as far as colour or light tells; where
    the corners (4, 2) of `packs` are known, white and grey ones count too."""
    lab = cv2.cvtColor(crop, cv2.COLOR_BGR2LAB).astype(np.float32)
    tint = np.hypot(lab[..., 1] - 128, lab[..., 2] - 128)
    grey = tint <= TINT
    floor = float(np.median(lab[..., 0][grey])) if grey.any() else 0.0
    goods = ~grey | (np.abs(lab[..., 0] - floor) > LIGHTER_OR_DARKER)
    mask = goods.astype(np.uint8)
    mesh = np.ones((MESH_PX, MESH_PX), np.uint8)
    # Wires are thinner than goods, and what is printed white on a pack lies inside it.
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, mesh[:5, :5]), np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, mesh), np.uint8)
    for corners in packs:
        cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), 1)
    return float(mask.mean())


def _cut(image: Image, view: ShelfView, fixture: FixtureProfile) -> Iterator[_Basket]:
    """The baskets of a view: those marked one by one, else the cells of its grid."""
    if view.baskets:
        for basket in view.baskets:
            yield _whole(image, view, basket.slot_id, basket.corners)
        return
    flat = flatten(image, view)
    height, width = flat.front.shape[:2]
    across, down = width / fixture.columns, height / fixture.rows
    for row in range(fixture.rows):
        for column in range(fixture.columns):
            x1, x2, y1, y2 = column * across, (column + 1) * across, row * down, (row + 1) * down
            inner = _inside(x1, y1, x2, y2)
            yield _Basket(
                slot_id=fixture.slot_id(row + 1, column + 1),
                box=flat.box_in_picture(*inner),
                crop=_crop(flat.front, inner),
            )


def _whole(
    image: Image, view: ShelfView, slot_id: str, corners: tuple[Point, Point, Point, Point]
) -> _Basket:
    flat = flattened(image, corners, view.distortion, width_px=SEEN_PX)
    height, width = flat.front.shape[:2]
    inner = _inside(0, 0, width, height)
    return _Basket(slot_id=slot_id, box=flat.box_in_picture(*inner), crop=_crop(flat.front, inner))


def _inside(x1: float, y1: float, x2: float, y2: float) -> Box:
    """Without the basket's rim."""
    aside, above = 0.04 * (x2 - x1), 0.04 * (y2 - y1)
    return x1 + aside, y1 + above, x2 - aside, y2 - above


def _crop(front: NDArray[np.uint8], box: Box) -> Image:
    x1, y1, x2, y2 = (int(side) for side in box)
    return front[y1:y2, x1:x2]
