"""A frame: one picture and when it was taken."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""A picture: (height, width, 3) uint8, blue green red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of one camera. `taken_at` is aware wall time; `at_s` is the camera's own running
    time in seconds, by which everything is measured."""

    image: Image
    camera_id: str
    taken_at: datetime
    at_s: float
