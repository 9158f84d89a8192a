"""Whether a camera can be believed: its picture frozen, dark, covered or of another size."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FROZEN_AFTER_S = 10.0
"""A sensor's noise changes a live picture all the time; equal bytes for so long are a still."""
COVERED_SPREAD = 6.0
"""Standard deviation of grey (0 to 255) below which a picture shows nothing."""
DARK_MEAN = 12.0
"""Mean grey below which nobody could be seen."""
SAMPLED_EVERY_PX = 8
MARGIN = 0.1
"""Share of the picture at its upper and lower edge that is not looked at for stillness: a clock
that the camera writes there goes on in a frozen picture."""


class Sight(StrEnum):
    """What keeps a picture from being counted in, if anything does."""

    CLEAR = "clear"
    COVERED = "covered"
    DARK = "dark"
    MOVED = "moved"
    DOUBTFUL = "doubtful"
    """Looks elsewhere, but not for long enough to be sure: a crowd may stand before the lens."""
    FROZEN = "frozen"
    WRONG_SIZE = "wrong-size"


@dataclass(slots=True, kw_only=True)
class PictureGuard:
    """Judges one camera's frames. `watches_frozen` is off for files: a film may stand still."""

    width_px: int
    height_px: int
    watches_frozen: bool
    _digest: bytes = b""
    _same_since_s: float = 0.0

    def judge(self, image: NDArray[np.uint8], at_s: float) -> Sight:
        """Whether the (height, width, 3) picture of monotonic `at_s` can be counted in."""
        if image.shape[1] != self.width_px or image.shape[0] != self.height_px:
            return Sight.WRONG_SIZE
        sample = image[::SAMPLED_EVERY_PX, ::SAMPLED_EVERY_PX]
        grey = sample.mean(axis=2)
        if float(grey.mean()) < DARK_MEAN:
            return Sight.DARK
        if float(grey.std()) < COVERED_SPREAD:
            return Sight.COVERED
        edge = round(MARGIN * len(sample))
        if self.watches_frozen and self._is_frozen(sample[edge : len(sample) - edge], at_s):
            return Sight.FROZEN
        return Sight.CLEAR

    def _is_frozen(self, sample: NDArray[np.uint8], at_s: float) -> bool:
        digest = hashlib.blake2b(sample.tobytes(), digest_size=16).digest()
        if digest != self._digest:
            self._digest, self._same_since_s = digest, at_s
        return at_s - self._same_since_s >= FROZEN_AFTER_S
