"""A film with an even frame rate from frames that come when they come."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from edge_agent.core.errors import EdgeError
from vision_models.core.frame import Image


class CannotFilm(EdgeError):
    """A film that cannot be written."""


@dataclass(slots=True, kw_only=True)
class Film:
    """A film that grows at `path`. `code`: four letters of the codec; `size`: width, height px."""

    path: Path
    code: str
    frames_per_s: float
    size: tuple[int, int]
    written: int = 0
    _video: cv2.VideoWriter = field(init=False)

    def __post_init__(self) -> None:
        """Begins the file.  Raises CannotFilm."""
        fourcc = cv2.VideoWriter.fourcc(*self.code)
        self._video = cv2.VideoWriter(
            str(self.path), cv2.CAP_FFMPEG, fourcc, self.frames_per_s, self.size
        )
        if not self._video.isOpened():
            raise CannotFilm(
                f"cannot write a film at {self.path}; is the folder there, and may it be written?"
            )

    def is_due(self, at_s: float) -> bool:
        """Whether a frame at `at_s` seconds of the film would be written."""
        return self.written < self._due(at_s)

    def add(self, image: Image, at_s: float) -> None:
        """The frame as often as its time in the film asks for: none, once, or again and again."""
        due = self._due(at_s)
        if self.written >= due:
            return
        if (image.shape[1], image.shape[0]) != self.size:
            image = np.asarray(cv2.resize(image, self.size, interpolation=cv2.INTER_AREA), np.uint8)
        for _ in range(due - self.written):
            self._video.write(image)
        self.written = due

    def close(self) -> None:
        """The file is whole."""
        self._video.release()

    def _due(self, at_s: float) -> int:
        return int(at_s * self.frames_per_s + 1e-6) + 1
