"""People at a door: who walks through it, who waits before it, who dawdles on the line."""

from dataclasses import dataclass

import numpy as np

from simulators.render.people.furniture import Detour
from simulators.render.people.people import Look, Pose

STRIDE_M = 0.72
"""Length of a step of an adult."""
NEAR_M, FAR_M = -1.6, 9.0
"""Between these distances along the way somebody may be in the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """Somebody who crosses the line at `at_s`, into the shop (+1) or out of it (−1), and walks
    round what stands in the way."""

    at_s: float
    way: int
    x_m: float
    speed_m_s: float
    drift_m_s: float
    look: Look
    detours: tuple[Detour, ...] = ()

    def pose(self, at_s: float, line_z: float) -> Pose | None:
        """Where they are, None long before and after."""
        passed_s = at_s - self.at_s
        z = line_z - self.way * self.speed_m_s * passed_s
        if not NEAR_M < z < FAR_M:
            return None
        heading = np.pi if self.way > 0 else 0.0
        turning_m_s = sum(one.slope(z) for one in self.detours) * -self.way * self.speed_m_s
        sideways_m_s = self.drift_m_s + turning_m_s
        lean = float(np.arctan2(sideways_m_s, self.speed_m_s)) * (-1 if self.way > 0 else 1)
        stride = np.pi * self.speed_m_s * passed_s / (STRIDE_M * self.look.height_m / 1.7)
        return Pose(
            x=self.x_m + self.drift_m_s * passed_s + sum(one.aside(z) for one in self.detours),
            z=z,
            heading_rad=float(heading) + lean,
            stride_rad=float(stride),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loiterer:
    """Somebody who comes to the line from outside, shifts about just before it, and goes back."""

    from_s: float
    to_s: float
    x_m: float
    before_m: float
    look: Look
    speed_m_s: float = 1.0

    def pose(self, at_s: float, line_z: float) -> Pose | None:
        """Where they are: never past the line by more than a shift of weight."""
        waits = line_z + self.before_m
        away_s = max(self.from_s - at_s, at_s - self.to_s, 0.0)
        if away_s > 0:
            z = waits + self.speed_m_s * away_s
            heading = np.pi if at_s < self.from_s else 0.0
            stride = float(np.pi * self.speed_m_s * away_s / STRIDE_M)
            return (
                Pose(x=self.x_m, z=z, heading_rad=float(heading), stride_rad=stride)
                if z < FAR_M
                else None
            )
        return Pose(
            x=self.x_m + 0.12 * float(np.sin(at_s * 0.7)),
            z=waits + 0.10 * float(np.sin(at_s * 1.1)),
            heading_rad=2.6 + 0.8 * float(np.sin(at_s * 0.23)),
            stride_rad=at_s * 1.4,
            swing=0.18,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dawdler:
    """Stop and go on the line: somebody who comes to it, stands on it and shifts to and fro over
    it, then goes on over it (`goes_on`: one crossing, when they leave) or back (none)."""

    from_s: float
    to_s: float
    way: int
    goes_on: bool
    x_m: float
    sway_m: float
    look: Look
    speed_m_s: float = 1.0

    @property
    def at_s(self) -> float:
        """When they leave the line."""
        return self.to_s

    def pose(self, at_s: float, line_z: float) -> Pose | None:
        """Where they are; on the line between `from_s` and `to_s`."""
        ahead = -self.way
        if at_s < self.from_s:
            passed_s, heading = at_s - self.from_s, self.way > 0
            z = line_z + ahead * self.speed_m_s * passed_s
        elif at_s > self.to_s:
            passed_s = at_s - self.to_s
            forward = 1 if self.goes_on else -1
            heading = (self.way > 0) is self.goes_on
            z = line_z + forward * ahead * self.speed_m_s * passed_s
        else:
            passed_s, heading = 0.0, self.way > 0
            z = line_z + self.sway_m * float(np.sin((at_s - self.from_s) * 1.7))
        if not NEAR_M < z < FAR_M:
            return None
        return Pose(
            x=self.x_m + 0.06 * float(np.sin(at_s * 0.9)),
            z=z,
            heading_rad=float(np.pi) if heading else 0.0,
            stride_rad=float(np.pi * self.speed_m_s * passed_s / STRIDE_M),
            swing=1.0 if passed_s else 0.15,
        )


Person = Walker | Loiterer | Dawdler
