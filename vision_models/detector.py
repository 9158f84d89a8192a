"""What every detector is: a picture in, detections out."""

from typing import Protocol

from vision_models.detections import Detections
from vision_models.frame import Image


class Detector(Protocol):
    """Finds things of one kind. Implementations: trained models, movement, HOG."""

    def detect(self, image: Image, at_s: float) -> Detections:
        """Boxes in pixels of `image`, seen at `at_s` of the camera's running time."""
        ...
