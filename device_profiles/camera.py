"""A camera: where its picture comes from, how it is calibrated, what it looks at."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from device_profiles.names import Identifier, Profile

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Point = tuple[Fraction, Fraction]
"""x, y as fractions of the frame's width and height; y grows downward."""


class SourceKind(StrEnum):
    """How pictures arrive."""

    VIDEO_FILE = "video-file"
    IMAGE_FOLDER = "image-folder"
    STREAM = "stream"
    LOCAL = "local"


class CameraSource(Profile):
    """One source of frames. `address` is a path, a URL or the number of a local camera."""

    kind: SourceKind
    address: str
    realtime: bool = True
    repeat: bool = False


class LineRole(StrEnum):
    """What a crossing of a line means."""

    ENTRANCE = "entrance"
    INNER = "inner"
    OUTSIDE = "outside"


class CountingLine(Profile):
    """A directed line. *In* is a crossing from its left-hand to its right-hand side
    (image coordinates, y down, looking from `start` to `end`)."""

    line_id: Identifier
    role: LineRole = LineRole.ENTRANCE
    start: Point
    end: Point


class Zone(Profile):
    """A polygon in which people stay: a queue, an aisle, a shelf front, the place behind a counter.

    `queue_limit`: so many who wait raise an alarm; `wait_limit_s`: so does whoever waits longer.
    `is_staff`: whoever stands here is staff, and is left out of every count. `category`: the goods
    of this zone, by the English name of their category, for its conversion.
    """

    zone_id: Identifier
    is_queue: bool = False
    is_staff: bool = False
    queue_limit: int | None = Field(default=None, ge=1)
    wait_limit_s: float | None = Field(default=None, gt=0)
    category: str | None = None
    corners: tuple[Point, ...] = Field(min_length=3)

    @model_validator(mode="after")
    def _limits_are_of_a_queue(self) -> "Zone":
        if not self.is_queue and (self.queue_limit or self.wait_limit_s):
            raise ValueError(f"zone {self.zone_id!r} has a queue's limit; set is_queue = true")
        if self.is_queue and self.is_staff:
            raise ValueError(f"zone {self.zone_id!r} is a queue or for staff, not both")
        return self


class LensDistortion(Profile):
    """Brown-Conrady radial terms, focal length as a fraction of the frame width."""

    focal: float = 1.0
    k1: float = 0.0
    k2: float = 0.0


class ShelfView(Profile):
    """Where one fixture's front stands in the frame: corners clockwise from the top left.

    `camera_mm` is how far before the front the camera hangs; without it the depth of a pack behind
    the front is not told.
    """

    fixture_id: Identifier
    camera_mm: float | None = Field(default=None, gt=0, le=20000)
    corners: tuple[Point, Point, Point, Point]
    distortion: LensDistortion = LensDistortion()


class Camera(Profile):
    """A camera with its calibration, lines, zones and the fixtures it sees."""

    camera_id: Identifier
    source: CameraSource
    width_px: int = Field(ge=64, le=8192)
    height_px: int = Field(ge=64, le=8192)
    frames_per_s: float = Field(default=10.0, gt=0, le=60)
    lines: tuple[CountingLine, ...] = ()
    zones: tuple[Zone, ...] = ()
    shelves: tuple[ShelfView, ...] = ()

    @model_validator(mode="after")
    def _identifiers_are_unique(self) -> "Camera":
        for what, names in (
            ("line", [line.line_id for line in self.lines]),
            ("zone", [zone.zone_id for zone in self.zones]),
            ("fixture", [shelf.fixture_id for shelf in self.shelves]),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"camera {self.camera_id!r} names a {what} twice")
        return self
