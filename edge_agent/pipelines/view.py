"""Whether a camera was turned: its view learned from the empty place, kept on disk, compared."""

import logging
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.errors import UnusablePicture
from vision_models.people.scene_change import ReferenceView, ViewShift, compared

LEARNED_FROM = 15
"""Pictures whose median is the place without the people who pass through it."""
LEARNED_EVERY_S = 20.0
LOOKED_EVERY_S = 10.0
TURNED_BELOW = 0.35
"""Share of the view that must be found again. On rendered doors people in front leave 0.54."""
TURNED_BEYOND = 0.04
"""Shift, as a share of the picture, by which lines no longer lie where they were drawn."""
LOOKS = 3
"""So many looks in a row must agree: a crowd before the lens is no turned camera."""
LEARNED_ALIKE = 12
"""So many of the pictures learned from must show the view that came of them: a camera that was
still being turned is learned anew."""

ACTION = {"action": "view"}

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class ViewGuard:
    """One camera's view. `path` keeps the reference over restarts: a small grey picture of the
    place, in which nobody stands. From the first look that does not find it again until enough
    agree, the guard `doubts` what it sees; so it does after a restart, until it has looked."""

    path: Path
    reference: ReferenceView | None = None
    shift: ViewShift | None = None
    is_turned: bool = False
    doubts: bool = False
    _samples: deque[NDArray[np.uint8]] = field(default_factory=lambda: deque(maxlen=LEARNED_FROM))
    _looked_at_s: float | None = None
    _against: int = 0

    def __post_init__(self) -> None:
        """Takes up the reference of the last time."""
        kept = cv2.imread(str(self.path), cv2.IMREAD_GRAYSCALE) if self.path.is_file() else None
        if kept is not None:
            self.doubts = self._set(np.asarray(kept, np.uint8))

    def look(self, image: NDArray[np.uint8], at_s: float) -> bool:
        """Whether the camera looks elsewhere, by the picture of monotonic `at_s`."""
        every_s = LOOKED_EVERY_S if self.reference is not None else LEARNED_EVERY_S
        if self._looked_at_s is not None and 0 <= at_s - self._looked_at_s < every_s:
            return self.is_turned
        self._looked_at_s = at_s
        if self.reference is None:
            self._learn(image)
            return False
        is_other = self._is_other(image)
        self._against = self._against + 1 if is_other is not self.is_turned else 0
        if self._against >= LOOKS:
            self.is_turned, self._against = is_other, 0
        self.doubts = is_other and not self.is_turned
        return self.is_turned

    def accept(self) -> None:
        """What is seen from now on is the view: a person says so."""
        self.reference, self.shift, self.is_turned, self.doubts = None, None, False, False
        self._samples.clear()
        self._against = 0
        self.path.unlink(missing_ok=True)

    def _learn(self, image: NDArray[np.uint8]) -> None:
        self._samples.append(compared(image))
        if len(self._samples) < LEARNED_FROM:
            return
        samples = list(self._samples)
        empty = np.median(np.stack(samples), axis=0).astype(np.uint8)
        self._samples.clear()
        if not self._set(empty):
            return
        if sum(not self._is_other(sample) for sample in samples) < LEARNED_ALIKE:
            log.info("%s: turned while its view was learned", self.path.stem, extra=ACTION)
            self.reference = None
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part.png")
        cv2.imwrite(str(part), empty)
        part.replace(self.path)

    def _is_other(self, image: NDArray[np.uint8]) -> bool:
        """Whether the picture shows another view than the reference."""
        if self.reference is None:
            return False
        self.shift = self.reference.compare(image)
        return self.shift.agreeing < TURNED_BELOW or self.shift.moved > TURNED_BEYOND

    def _set(self, picture: NDArray[np.uint8]) -> bool:
        try:
            self.reference = ReferenceView(picture)
        except UnusablePicture as error:
            log.info("%s: %s", self.path.stem, error, extra=ACTION)
            return False
        return True
