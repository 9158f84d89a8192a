"""Coolers: their readings, and what was taken while a door was open."""

from typing import ClassVar

from pydantic import AwareDatetime, Field

from device_profiles.gtin import Gtin
from device_profiles.names import Identifier
from sync.events.envelope import EventBody, Lane, Part
from sync.events.shelf import PictureQuality


class PackCount(Part):
    """How many packs: the mean and variance of what may be, and the range of nine cases in ten."""

    mean: float = Field(default=0.0, ge=0)
    variance: float = Field(default=0.0, ge=0)
    low: int = Field(default=0, ge=0)
    high: int = Field(default=0, ge=0)


class PacksChanged(Part):
    """What became of one product while a cooler was open. `moved`: from one lane to another;
    `untold`: so many of its lanes could not be judged."""

    gtin: Gtin
    taken: PackCount = PackCount()
    put_back: PackCount = PackCount()
    refilled: PackCount = PackCount()
    removed: PackCount = PackCount()
    moved: int = Field(default=0, ge=0)
    untold: int = Field(default=0, ge=0)


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
    before_at: AwareDatetime
    taken_at: AwareDatetime
    before_sha256: str
    after_sha256: str
    quality: PictureQuality = PictureQuality.CLEAR
    openings: int | None = Field(default=None, ge=0)
    open_s: float | None = Field(default=None, ge=0)
    purpose: str = "shopping"
    changes: tuple[PacksChanged, ...] = ()
    lanes: int = Field(default=0, ge=0)
    told_lanes: int = Field(default=0, ge=0)
    model: str = ""


class CoolerRead(EventBody):
    """Readings of a cooler in consecutive intervals from `started_at`; lists equally long.
    A reading that could not be taken is null, never 0."""

    kind: ClassVar[str] = "cooler"
    lane: ClassVar[Lane] = Lane.METRIC

    fixture_id: Identifier
    started_at: AwareDatetime
    interval_s: int = Field(ge=1)
    temperature_c: tuple[float | None, ...]
    compressor_duty: tuple[float | None, ...] = ()
    door_open_s: tuple[float | None, ...] = ()
    mode: str = "normal"
