"""Whether a camera still looks where it looked: its picture against a reference of the same place.

Edges are compared, not brightness, so that day, lamps and exposure do not matter; block by block,
so that people and goods in front of some of them do not. Used for doors and for shelves.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.errors import UnusablePicture

WIDTH_PX, HEIGHT_PX = 320, 240
"""Pictures are compared at this size, whatever they are."""
COLUMNS, ROWS = 8, 6
SEARCH_PX = 20
"""How far a block may have wandered and still be found: 6 % of the width."""
TEXTURED = 6.0
"""Standard deviation of a block's edges below which it holds nothing to recognise."""
ALIKE = 0.5
"""Correlation from which a block is the same one."""
LEAST_BLOCKS = 4

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ViewShift:
    """How a picture stands to its reference. `agreeing`: share of the blocks that were found again,
    0..1; `dx`/`dy`: how far the picture's content moved right and down, as shares of its width and
    height (the median over the blocks that were found; 0 where too few were)."""

    agreeing: float
    dx: float
    dy: float

    @property
    def moved(self) -> float:
        """The shift's length, as a share of the picture."""
        return float(np.hypot(self.dx, self.dy))


class ReferenceView:
    """One camera's view as it should be."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        """From a (height, width) or (height, width, 3) picture of the place, best without people.

        Raises UnusablePicture where it shows too little to be recognised.
        """
        self.picture: Grey = compared(picture)
        self._edges = _edges(self.picture)
        self._blocks = [
            (x, y)
            for y in range(0, HEIGHT_PX, HEIGHT_PX // ROWS)
            for x in range(0, WIDTH_PX, WIDTH_PX // COLUMNS)
            if float(self._block(self._edges, x, y).std()) >= TEXTURED
        ]
        if len(self._blocks) < LEAST_BLOCKS:
            raise UnusablePicture("the reference picture shows nothing to recognise the view by")

    def compare(self, picture: NDArray[np.uint8]) -> ViewShift:
        """How `picture`, of any size but the same shape of frame, stands to the reference."""
        edges = _edges(compared(picture))
        framed = cv2.copyMakeBorder(
            edges, SEARCH_PX, SEARCH_PX, SEARCH_PX, SEARCH_PX, cv2.BORDER_REFLECT
        )
        shifts: list[tuple[int, int]] = []
        for x, y in self._blocks:
            block = self._block(self._edges, x, y)
            height, width = block.shape
            around = framed[y : y + height + 2 * SEARCH_PX, x : x + width + 2 * SEARCH_PX]
            _, best, _, place = cv2.minMaxLoc(
                cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
            )
            if best >= ALIKE:
                shifts.append((place[0] - SEARCH_PX, place[1] - SEARCH_PX))
        if len(shifts) < LEAST_BLOCKS:
            return ViewShift(len(shifts) / len(self._blocks), 0.0, 0.0)
        middle = np.median(np.array(shifts), axis=0)
        apart = np.abs(np.array(shifts) - middle).max(axis=1)
        # A block found by chance lies anywhere; those of one view moved together.
        together = int(np.count_nonzero(apart <= 4))
        return ViewShift(
            together / len(self._blocks), float(middle[0]) / WIDTH_PX, float(middle[1]) / HEIGHT_PX
        )

    @staticmethod
    def _block(edges: NDArray[np.float32], x: int, y: int) -> NDArray[np.float32]:
        return edges[y : y + HEIGHT_PX // ROWS, x : x + WIDTH_PX // COLUMNS]


def compared(picture: NDArray[np.uint8]) -> Grey:
    """The picture as it is compared and kept: grey, 320×240."""
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.asarray(
        cv2.resize(grey, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8
    )


def _edges(grey: Grey) -> NDArray[np.float32]:
    """How steep brightness is at each pixel, after local light was evened out."""
    even = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(4, 4)).apply(grey)
    soft = cv2.GaussianBlur(even, (0, 0), 1.2)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3)
    return np.asarray(cv2.magnitude(across, down), np.float32)
