"""Coolers: their readings, and what was taken while a door was open."""

from typing import Annotated, ClassVar

from pydantic import Field

from device_profiles.names import Identifier
from device_profiles.values.bounds import Amount, Count, IntervalS, Moment, Number, Word
from device_profiles.values.gtin import Gtin
from sync.events.envelope import EventBody, Lane, Part
from sync.events.shelf import PictureQuality

PRODUCTS_MOST = 1000
"""Products that one opening of a cooler may have changed."""
READINGS_MOST = 240
"""Intervals that one event may tell."""

KINDS_MOST = 20
"""Kinds of sensors at one cooler."""
Readings = Annotated[tuple[Number | None, ...], Field(max_length=READINGS_MOST)]


class PackCount(Part):
    """How many packs: the mean and variance of what may be, and the range of nine cases in ten."""

    mean: Amount = 0.0
    variance: Amount = 0.0
    low: Count = 0
    high: Count = 0


class PacksChanged(Part):
    """What became of one product while a cooler was open. `moved`: from one lane to another;
    `untold`: so many of its lanes could not be judged."""

    gtin: Gtin
    taken: PackCount = PackCount()
    put_back: PackCount = PackCount()
    refilled: PackCount = PackCount()
    removed: PackCount = PackCount()
    moved: Count = 0
    untold: Count = 0


class CoolerOpened(EventBody):
    """What two photos of a cooler, before and after its door was open, say was taken and put back.

    `openings` and `open_s` are what the door's sensor counted between the photos; null: no sensor.
    `purpose` is `shopping` or `refill`. `told_lanes` of `lanes` could be judged. Where the later
    photo is not clear, `quality` says why and nothing is claimed.
    """

    kind: ClassVar[str] = "opening"
    lane: ClassVar[Lane] = Lane.METRIC

    fixture_id: Identifier
    camera_id: Identifier
    before_at: Moment
    taken_at: Moment
    before_sha256: Word
    after_sha256: Word
    quality: PictureQuality = PictureQuality.CLEAR
    openings: Count | None = None
    open_s: Amount | None = None
    purpose: Word = "shopping"
    changes: tuple[PacksChanged, ...] = Field(default=(), max_length=PRODUCTS_MOST)
    lanes: Count = 0
    told_lanes: Count = 0
    model: Word = ""


class CoolerRead(EventBody):
    """Readings of a cooler in consecutive intervals from `started_at`; lists equally long.
    A reading that could not be taken is null, never 0. `others` are those of further kinds of
    sensors, by kind, in the unit of their row in `device_profiles.sensor`."""

    kind: ClassVar[str] = "cooler"
    lane: ClassVar[Lane] = Lane.METRIC

    fixture_id: Identifier
    started_at: Moment
    interval_s: IntervalS
    temperature_c: Readings
    compressor_duty: Readings = ()
    door_open_s: Readings = ()
    others: dict[Word, Readings] = Field(default_factory=dict, max_length=KINDS_MOST)
    mode: Word = "normal"
