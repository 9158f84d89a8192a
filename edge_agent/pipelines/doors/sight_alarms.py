"""The alarms of one camera's picture: raised when it cannot be counted in, cleared when it can."""

from dataclasses import dataclass

from device_profiles.camera import Camera
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import (
    FRAME_SIZE,
    PICTURE_COVERED,
    PICTURE_DARK,
    PICTURE_FROZEN,
    PICTURE_MOVED,
    SOURCE_LOST,
    TOO_SLOW,
    AlarmBook,
)
from edge_agent.pipelines.doors.pace import Pace
from edge_agent.pipelines.watching import Sight

COVERED_AFTER_S = 5.0
"""Somebody may walk close by the lens; a hand that stays covers it."""

CAUSES = {
    PICTURE_COVERED: Sight.COVERED,
    PICTURE_DARK: Sight.DARK,
    PICTURE_FROZEN: Sight.FROZEN,
    PICTURE_MOVED: Sight.MOVED,
    FRAME_SIZE: Sight.WRONG_SIZE,
}
"""Which alarm stands for what is wrong with a picture."""
PATIENT = frozenset({Sight.COVERED, Sight.DARK})


@dataclass(slots=True, kw_only=True)
class SightAlarms:
    """What is wrong with one camera's picture, and since when."""

    camera: Camera
    alarms: AlarmBook
    _bad_since_s: float | None = None

    async def judge(self, sight: Sight, at_s: float, *, is_open: bool) -> None:
        """Alarms of a picture that cannot be counted in. A dark store at night is no alarm."""
        if sight is Sight.CLEAR:
            self._bad_since_s = None
        elif self._bad_since_s is None:
            self._bad_since_s = at_s
        lasts = self._bad_since_s is not None and at_s - self._bad_since_s >= COVERED_AFTER_S
        for alarm, cause in CAUSES.items():
            if sight is not cause:
                await self.set_alarm(alarm, is_on=False)
            elif is_open and (lasts or sight not in PATIENT):
                await self.set_alarm(alarm, is_on=True, detail=self._detail(cause))

    async def lose(self, reason: str) -> None:
        """No picture comes."""
        await self.set_alarm(SOURCE_LOST, is_on=True, detail=reason)

    async def find(self) -> None:
        """A picture came."""
        await self.set_alarm(SOURCE_LOST, is_on=False)

    async def pace(self, pace: Pace) -> None:
        """The computer takes fewer frames than it should."""
        await self.alarms.set_alarm(
            Guarded(
                alarm=TOO_SLOW,
                subject=self.camera.camera_id,
                value=round(pace.per_s, 1),
                limit=pace.wanted_per_s,
                detail=f"{pace.per_s:.1f} of {pace.wanted_per_s:g} frames a second",
            ),
            is_on=pace.is_slow,
        )

    async def set_alarm(self, alarm: str, *, is_on: bool, detail: str = "") -> None:
        """Raises or clears an alarm of this camera."""
        guarded = Guarded(alarm=alarm, subject=self.camera.camera_id, detail=detail)
        await self.alarms.set_alarm(guarded, is_on=is_on)

    def _detail(self, cause: Sight) -> str:
        if cause is Sight.WRONG_SIZE:
            return f"profile says {self.camera.width_px}x{self.camera.height_px}"
        return ""
