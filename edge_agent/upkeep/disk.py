"""How large the device's disk is, how much of it is free, how far it is worn: as it is told to the
hub."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sync.core.clock import Clock
from sync.downlink.shadow import State

DISK: Final = "disk"
STEPS: Final = 20
"""Free room is told in so many steps of the whole, so that it is seldom told anew."""
TOLD_EVERY_S: Final = 3600.0
MB: Final = 1_000_000
LIFE_STEP: Final = 10
"""An eMMC tells its wear in steps of ten percent. Source: JEDEC JESD84-B51, life time."""
LIFE_MOST: Final = 11


@dataclass(slots=True, kw_only=True)
class DiskWatch:
    """The disk below `folder`. `changed` is called when something else is to be told, at most once
    an hour."""

    folder: Path
    clock: Clock
    changed: Callable[[], None]
    system: Path = Path("/sys")
    _told: State = field(default_factory=dict)
    _told_s: float | None = None

    def facts(self) -> State:
        """What was seen at the last look."""
        return {DISK: dict(self._told)} if self._told else {}

    def look(self) -> None:
        """Sees how things stand. Raises OSError where the folder cannot be read."""
        usage = shutil.disk_usage(self.folder)
        step = max(1, usage.total // STEPS)
        seen: State = {"total_mb": usage.total // MB, "free_mb": usage.free // step * step // MB}
        wear = wear_percent(self.folder, self.system)
        if wear is not None:
            seen["wear_percent"] = wear
        now_s = self.clock.monotonic_s()
        is_time = self._told_s is None or now_s - self._told_s >= TOLD_EVERY_S
        if seen != self._told and is_time:
            self._told, self._told_s = seen, now_s
            self.changed()


def wear_percent(folder: Path, system: Path = Path("/sys")) -> int | None:
    """How much of its life the disk below a folder has used up, at least 10 where it says anything,
    more than 100 where it is past its end. None where it does not say: an SD card, a disk in
    memory, a SATA disk, which only a program with more rights may ask."""
    try:
        number = folder.stat().st_dev
        block = (system / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}").resolve()
        if (block / "partition").exists():
            block = block.parent
        words = (block / "device" / "life_time").read_text(encoding="ascii").split()
        used = [int(word, 16) for word in words]
    except (OSError, ValueError):
        return None
    known = [one for one in used if 0 < one <= LIFE_MOST]
    return max(known) * LIFE_STEP if known else None
