"""Several pictures of one moment, that vote together on what it shows."""

from dataclasses import dataclass, field

from vision_models.core.frame import Image

BURST_EVERY_S = 1.0
"""Pictures that vote are so far apart: a hand has moved on, a reflection has not."""
BURST_WITHIN_S = 30.0


@dataclass(slots=True, kw_only=True)
class Burst:
    """Gathers `frames` pictures."""

    frames: int = 1
    _gathered: list[tuple[float, Image]] = field(default_factory=list)

    def before(self, image: Image, at_s: float) -> list[Image] | None:
        """The pictures taken before `image` that vote with it; None while there are too few, and
        `image` is one of them."""
        gathered = self._gathered
        if gathered and at_s - gathered[-1][0] > BURST_WITHIN_S:
            gathered.clear()
        is_apart = not gathered or at_s - gathered[-1][0] >= BURST_EVERY_S
        if len(gathered) + 1 < self.frames:
            if is_apart:
                gathered.append((at_s, image))
            return None
        if not is_apart:
            return None
        images = [one for _, one in gathered]
        gathered.clear()
        return images
