"""Chest freezers: baskets seen from above, in which packs lie as they fell.

No rows, no upright packs: a SKU is found by its print (SIFT, one turn, scale and shift) anywhere
in its basket, and a basket is as full as its floor is covered.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.camera import Point, ShelfView
from device_profiles.planogram import Fixture
from vision_models.calibration import flatten, flattened
from vision_models.emptiness import SlotJudge
from vision_models.frame import Image
from vision_models.gallery import Gallery
from vision_models.reading import BasketSeen, Box, Facing
from vision_models.sift import Print, PrintReader, agreeing_places

SEEN_PX = 640
FEATURES = 1500
REFERENCE_PX = 192
"""References are looked at about as large as a pack lies in a basket seen so large."""
LEAST_POINTS = 8
"""Agreeing points that prove a pack among others. Chance gives no more than 4 of any four."""
TINT = 12.0
"""Distance from grey, in a* and b* of CIE Lab, from which a pixel shows goods: inside, freezers
are white, grey or frosted."""
LIGHTER_OR_DARKER = 50.0
"""Distance in L, 0..255, from the basket's own floor, from which a grey pixel shows goods too."""
MESH_PX = 9
EMPTY_BELOW = 0.04
"""Share of the floor that a price tag or a shadow may cover."""


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
        self._references: list[tuple[str, Print]] | None = None

    def read(
        self, image: Image, view: ShelfView, fixture: Fixture
    ) -> tuple[list[Facing], list[BasketSeen]]:
        """What lies open to view in each basket: one facing a SKU and basket, unknown where there
        are goods and none was recognised; and how full each is.

        Raises UnusablePicture if the view has neither corners nor baskets.
        """
        facings: list[Facing] = []
        seen: list[BasketSeen] = []
        for basket in _cut(image, view, fixture):
            if self._judge.is_burnt(basket.crop):
                seen.append(
                    BasketSeen(basket_id=basket.slot_id, box=basket.box, gtins=(), filled=None)
                )
                continue
            filled = covered_share(basket.crop)
            here = self._recognised(basket) if filled >= EMPTY_BELOW else []
            if not here and filled >= EMPTY_BELOW:
                here = [
                    Facing(
                        box=basket.box,
                        gtin=None,
                        score=0.0,
                        slot_id=basket.slot_id,
                        basket_id=basket.slot_id,
                    )
                ]
            facings += here
            gtins = tuple(sorted(facing.gtin for facing in here if facing.gtin))
            seen.append(
                BasketSeen(
                    basket_id=basket.slot_id,
                    box=basket.box,
                    gtins=gtins,
                    filled=round(filled, 3),
                )
            )
        return facings, seen

    def _recognised(self, basket: _Basket) -> list[Facing]:
        scale = max(basket.crop.shape[:2]) / SEEN_PX
        left, top, right, bottom = basket.box
        high, wide = basket.crop.shape[:2]
        found = []
        for gtin, places in self._prints_in(basket.crop).items():
            score = round(len(places) / (len(places) + LEAST_POINTS), 4)
            (x1, y1), (x2, y2) = places.min(axis=0) * scale, places.max(axis=0) * scale
            across, down = (right - left) / wide, (bottom - top) / high
            box = (
                float(left + x1 * across),
                float(top + y1 * down),
                float(left + x2 * across),
                float(top + y2 * down),
            )
            found.append(
                Facing(
                    box=box,
                    gtin=gtin,
                    score=score,
                    slot_id=basket.slot_id,
                    certainty=score,
                    candidates=(gtin,),
                    basket_id=basket.slot_id,
                )
            )
        return found

    def _prints_in(self, crop: Image) -> dict[str, NDArray[np.float32]]:
        """Every SKU whose print stands somewhere in `crop`, with its points (n, 2) there."""
        seen, best = self._prints.read(crop), dict[str, NDArray[np.float32]]()
        for gtin, reference in self._known():
            places = agreeing_places(seen, reference)
            if len(places) >= max(LEAST_POINTS, len(best.get(gtin, ())) + 1):
                best[gtin] = places
        return best

    def _known(self) -> list[tuple[str, Print]]:
        """Every reference's print, read when the first basket is."""
        if self._references is None:
            small = PrintReader(longer_side_px=REFERENCE_PX)
            pictures = self._gallery.pictures() if self._gallery else ()
            self._references = [(gtin, small.read(picture)) for gtin, picture in pictures]
        return self._references


def is_empty(basket: BasketSeen) -> bool:
    """Whether a basket was seen to hold nothing."""
    return basket.filled is not None and basket.filled < EMPTY_BELOW


def covered_share(crop: Image) -> float:
    """The share of a basket's floor that goods cover, 0..1, as far as colour or light tells."""
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
    return float(mask.mean())


def _cut(image: Image, view: ShelfView, fixture: Fixture) -> Iterator[_Basket]:
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
