"""Examines a device: all that can be looked at from here, in one go."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from device_profiles.errors import AisleError
from edge_agent.settings import LOCK_FILE, EdgeSettings, load_settings
from edge_agent.upkeep.doctor.cameras import look_through
from edge_agent.upkeep.doctor.finding import Checked, Mend, wrong
from edge_agent.upkeep.doctor.machine import (
    check_artifacts,
    check_clock,
    check_disk,
    check_sensors,
)
from edge_agent.upkeep.doctor.network import check_network
from sync.core.clock import Clock
from sync.core.errors import FolderInUse
from sync.core.sole_owner import sole_owner

KEPT_S = 10.0
"""An examination that is this fresh is told again: nobody can keep a device busy with itself."""

Found = tuple[Checked, ...]


@dataclass(slots=True, kw_only=True)
class Examination:
    """One device to be examined. `cameras` looks at its cameras, in a thread."""

    settings: EdgeSettings
    clock: Clock
    cameras: Callable[[], Found]
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _latest: tuple[float, Found] | None = None

    async def examine(self) -> Found:
        """What was found. One examination at a time."""
        async with self._lock:
            now_s = self.clock.monotonic_s()
            if self._latest is None or now_s - self._latest[0] > KEPT_S:
                network = await check_network(self.settings, self.clock)
                here = await asyncio.to_thread(self._here)
                self._latest = (now_s, (*here, *network))
            return self._latest[1]

    def _here(self) -> Found:
        return (
            check_disk(self.settings),
            check_clock(self.clock),
            *self.cameras(),
            *check_sensors(self.settings, self.clock),
            *check_artifacts(self.settings),
        )


async def examine_folder(profile: Path, data_dir: Path, hub_url: str | None, clock: Clock) -> Found:
    """The device that `aisle edge` would run with these, whether or not it runs now."""
    try:
        settings = await asyncio.to_thread(load_settings, profile, data_dir, hub_url)
    except AisleError as error:
        return (wrong("profile", (str(error), str(error)), Mend.PROFILE),)
    is_running = await asyncio.to_thread(_is_running, data_dir)
    examination = Examination(
        settings=settings,
        clock=clock,
        cameras=lambda: look_through(settings, is_running=is_running),
    )
    return await examination.examine()


def _is_running(data_dir: Path) -> bool:
    lock = data_dir / LOCK_FILE
    if not lock.exists():
        return False
    try:
        with sole_owner(lock, "agent"):
            return False
    except FolderInUse:
        return True
