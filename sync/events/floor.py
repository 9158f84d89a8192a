"""People on the floor: crossings, zones, heat, and clips counted by hand."""

from typing import ClassVar

from pydantic import AwareDatetime, ConfigDict, Field

from device_profiles.names import Identifier
from sync.events.envelope import EventBody, Lane


class FootfallCounted(EventBody):
    """Crossings of one line in consecutive intervals from `started_at`; all lists equally long.

    `in_`/`out` leave staff out, `staff` says how many crossings that were. `watched_s` is how much
    of each interval the picture was good enough to count in, `confidence` how sure its crossings
    are (0..1; null where nobody crossed), `frames_per_s` how many frames were looked at.
    """

    kind: ClassVar[str] = "footfall"
    lane: ClassVar[Lane] = Lane.METRIC
    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    line_id: Identifier
    role: str = "entrance"
    started_at: AwareDatetime
    interval_s: int = Field(default=60, ge=1)
    in_: tuple[int, ...] = Field(alias="in")
    out: tuple[int, ...]
    staff: tuple[int, ...] = ()
    watched_s: tuple[float, ...]
    confidence: tuple[float | None, ...] = ()
    frames_per_s: tuple[float, ...] = ()
    simulated: bool = False


class FootfallAudited(EventBody):
    """A person counted a clip of one line by hand; the clip never left the device and is gone.

    `missed` and `surplus` are crossings that only the person, or only the device, saw within some
    seconds of each other; the sums may agree although both happened.
    """

    kind: ClassVar[str] = "footfall-audit"
    lane: ClassVar[Lane] = Lane.RESULT

    line_id: Identifier
    camera_id: Identifier
    started_at: AwareDatetime
    seconds: float = Field(gt=0)
    hand_in: int = Field(ge=0)
    hand_out: int = Field(ge=0)
    counted_in: int = Field(ge=0)
    counted_out: int = Field(ge=0)
    missed: int = Field(ge=0)
    surplus: int = Field(ge=0)
    audited_at: AwareDatetime


class ZoneOccupied(EventBody):
    """Visits that ended in one zone during one interval, with the seconds each lasted.

    `dwell_s` is the histogram in its finest form: lists of intervals merge into that of any longer
    time. `came_from`: how many of the visits came from which zone of the same camera. `staff`:
    visits left out of everything else. `queue_mean`/`queue_max`: people who waited, in a queue.
    `category`: the goods that stand there, by the English name of their category.
    """

    kind: ClassVar[str] = "zone"
    lane: ClassVar[Lane] = Lane.METRIC

    zone_id: Identifier
    started_at: AwareDatetime
    interval_s: int = Field(default=60, ge=1)
    dwell_s: tuple[float, ...]
    occupancy_mean: float = Field(ge=0)
    occupancy_max: int = Field(ge=0)
    watched_s: float = Field(ge=0)
    is_queue: bool = False
    queue_mean: float = Field(default=0.0, ge=0)
    queue_max: int = Field(default=0, ge=0)
    came_from: dict[str, int] = Field(default_factory=dict)
    staff: int = Field(default=0, ge=0)
    category: str | None = None
    simulated: bool = False


class FloorHeated(EventBody):
    """Where people stood in one camera's picture during one interval: (cell, person-seconds) of the
    cells that anybody stood in, counted along the rows of `columns` × `rows` from the top left.
    `zones`: the outline of each zone, x and y 0..1 of the frame. No identities, no pictures."""

    kind: ClassVar[str] = "heat"
    lane: ClassVar[Lane] = Lane.METRIC

    camera_id: Identifier
    started_at: AwareDatetime
    interval_s: int = Field(default=60, ge=1)
    columns: int = Field(ge=1, le=64)
    rows: int = Field(ge=1, le=64)
    cells: tuple[tuple[int, float], ...]
    zones: dict[str, tuple[tuple[float, float], ...]] = Field(default_factory=dict)
    watched_s: float = Field(ge=0)
    simulated: bool = False
