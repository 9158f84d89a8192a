"""What runs on this device and what is late: each part says when it last did its work."""

from dataclasses import dataclass, field
from enum import StrEnum


class PartState(StrEnum):
    """How one part of the agent is doing."""

    STARTING = "starting"
    WORKING = "working"
    LATE = "late"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """One part as the local page shows it. `age_s` is since it last worked, None if never."""

    name: str
    state: PartState
    age_s: float | None
    detail: str


@dataclass(slots=True, kw_only=True)
class _Part:
    late_after_s: float
    worked_s: float | None = None
    lost: str = ""
    ended: bool = False
    detail: str = ""


@dataclass(slots=True)
class Health:
    """The parts that were started, by name. Times are monotonic seconds, given by the caller."""

    _parts: dict[str, _Part] = field(default_factory=dict)

    def expect(self, name: str, *, late_after_s: float) -> None:
        """From now on `name` should work at least every `late_after_s`."""
        self._parts[name] = _Part(late_after_s=late_after_s)

    def allow(self, name: str, *, late_after_s: float) -> None:
        """From now on `name` is late after `late_after_s`; what it did still counts."""
        self._parts[name].late_after_s = late_after_s

    def worked(self, name: str, *, at_s: float, detail: str = "") -> None:
        """`name` did its work at `at_s`."""
        part = self._parts[name]
        part.worked_s, part.lost, part.detail = at_s, "", detail

    def lost(self, name: str, *, reason: str) -> None:
        """`name` cannot work: its source is away."""
        self._parts[name].lost = reason

    def ended(self, name: str, *, detail: str = "") -> None:
        """`name` has done all there was to do."""
        part = self._parts[name]
        part.ended, part.detail = True, detail

    def look(self, *, now_s: float) -> tuple[PartHealth, ...]:
        """Every part as it stands at `now_s`."""
        return tuple(
            PartHealth(
                name=name,
                state=_state_of(part, now_s),
                age_s=None if part.worked_s is None else max(0.0, now_s - part.worked_s),
                detail=part.lost or part.detail,
            )
            for name, part in self._parts.items()
        )


def _state_of(part: _Part, now_s: float) -> PartState:
    if part.ended:
        return PartState.ENDED
    if part.lost:
        return PartState.LOST
    if part.worked_s is None:
        return PartState.STARTING
    return PartState.LATE if now_s - part.worked_s > part.late_after_s else PartState.WORKING
