"""People on the floor: crossings, zones, heat, and clips counted by hand."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from device_profiles.names import Identifier
from device_profiles.values.bounds import (
    Amount,
    Count,
    IntervalS,
    Moment,
    Number,
    Share,
    Text,
    Word,
)
from sync.events.envelope import EventBody, Lane

INTERVALS_MOST = 240
"""Intervals that one event may tell."""
VISITS_MOST = 2000
"""Visits to one zone that may end in one interval."""
ZONES_MOST = 100
CORNERS_MOST = 100
GRID_MOST = 64

Counts = Annotated[tuple[Count, ...], Field(max_length=INTERVALS_MOST)]
Amounts = Annotated[tuple[Amount, ...], Field(max_length=INTERVALS_MOST)]
Shares = Annotated[tuple[Share | None, ...], Field(max_length=INTERVALS_MOST)]
Outline = Annotated[tuple[tuple[Number, Number], ...], Field(max_length=CORNERS_MOST)]


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
    role: Word = "entrance"
    started_at: Moment
    interval_s: IntervalS = 60
    in_: Counts = Field(alias="in")
    out: Counts
    staff: Counts = ()
    watched_s: Amounts
    confidence: Shares = ()
    frames_per_s: Amounts = ()
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
    started_at: Moment
    seconds: Amount = Field(gt=0)
    hand_in: Count
    hand_out: Count
    counted_in: Count
    counted_out: Count
    missed: Count
    surplus: Count
    audited_at: Moment


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
    started_at: Moment
    interval_s: IntervalS = 60
    dwell_s: tuple[Amount, ...] = Field(max_length=VISITS_MOST)
    occupancy_mean: Amount
    occupancy_max: Count
    watched_s: Amount
    is_queue: bool = False
    queue_mean: Amount = 0.0
    queue_max: Count = 0
    came_from: dict[Word, Count] = Field(default_factory=dict, max_length=ZONES_MOST)
    staff: Count = 0
    category: Text | None = None
    simulated: bool = False


class FloorHeated(EventBody):
    """Where people stood in one camera's picture during one interval: (cell, person-seconds) of the
    cells that anybody stood in, counted along the rows of `columns` × `rows` from the top left.
    `zones`: the outline of each zone, x and y 0..1 of the frame. No identities, no pictures."""

    kind: ClassVar[str] = "heat"
    lane: ClassVar[Lane] = Lane.METRIC

    camera_id: Identifier
    started_at: Moment
    interval_s: IntervalS = 60
    columns: int = Field(ge=1, le=GRID_MOST)
    rows: int = Field(ge=1, le=GRID_MOST)
    cells: tuple[tuple[Count, Amount], ...] = Field(max_length=GRID_MOST * GRID_MOST)
    zones: dict[Word, Outline] = Field(default_factory=dict, max_length=ZONES_MOST)
    watched_s: Amount
    simulated: bool = False
