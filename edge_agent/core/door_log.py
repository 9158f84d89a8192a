"""What a cooler's door sensor counted between two photos, and who is told when it is closed."""

from collections.abc import Callable
from dataclasses import dataclass, field

OPEN_ALL_THROUGH = 0.9
"""A door open for this share of an interval was open at its end: the next one goes on with it."""


@dataclass(slots=True)
class DoorLog:
    """Openings and the longest of them since somebody asked. The sensors' loop feeds it."""

    has_sensor: bool = False
    openings: int = 0
    longest_s: float = 0.0
    on_closed: list[Callable[[], None]] = field(default_factory=list)
    _open_s: float = 0.0

    def note(self, open_s: float, interval_s: float) -> None:
        """One interval's seconds with the door open."""
        self.has_sensor = True
        if open_s <= 0:
            if self._open_s:
                self._close()
            return
        if self._open_s == 0.0:
            self.openings += 1
        self._open_s += open_s
        self.longest_s = max(self.longest_s, self._open_s)
        if open_s < OPEN_ALL_THROUGH * interval_s:
            self._close()

    def _close(self) -> None:
        self._open_s = 0.0
        for tell in self.on_closed:
            tell()

    def since(self) -> tuple[int | None, float | None]:
        """Openings, and the longest in seconds, since last asked; None without a sensor. The
        opening before a photo may still lie in the running interval: there was one at least."""
        if not self.has_sensor:
            return None, None
        found = max(1, self.openings), self.longest_s or None
        self.openings, self.longest_s = 0, 0.0
        return found
