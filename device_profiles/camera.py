"""A camera: where its picture comes from, how it is calibrated, what it looks at."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from device_profiles.names import Identifier, Profile, SlotId
from device_profiles.values.bounds import Amount, Count, Path, Text

PARTS_MOST = 100
"""Lines, zones, fixtures, baskets or corners of one picture: as many as an event may tell."""

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
    address: Path
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
    queue_limit: Count | None = Field(default=None, ge=1)
    wait_limit_s: Amount | None = Field(default=None, gt=0)
    category: Text | None = None
    corners: tuple[Point, ...] = Field(min_length=3, max_length=PARTS_MOST)

    @model_validator(mode="after")
    def _limits_are_of_a_queue(self) -> "Zone":
        if not self.is_queue and (self.queue_limit or self.wait_limit_s):
            raise ValueError(f"zone {self.zone_id!r} has a queue's limit; set is_queue = true")
        if self.is_queue and self.is_staff:
            raise ValueError(f"zone {self.zone_id!r} is a queue or for staff, not both")
        return self


class LensDistortion(Profile):
    """Brown-Conrady radial terms, focal length as a fraction of the frame width."""

    focal: float = Field(default=1.0, ge=0.2, le=10.0)
    k1: float = Field(default=0.0, ge=-1.0, le=1.0)
    k2: float = Field(default=0.0, ge=-1.0, le=1.0)


LEAST_SIDE = 0.02
"""A fixture's side shorter than this share of the frame shows nothing that could be read."""


class BasketView(Profile):
    """Where one basket of a chest freezer lies in the frame, where they are no even grid."""

    slot_id: SlotId
    corners: tuple[Point, Point, Point, Point]

    @model_validator(mode="after")
    def _corners_go_round(self) -> "BasketView":
        _check_corners(self.corners, f"basket {self.slot_id}")
        return self


class ShelfView(Profile):
    """Where one fixture's front stands in the frame: corners clockwise from the top left; of a
    chest freezer, seen from above, the grid of its baskets, or `baskets` one by one. Without
    corners products are looked for anywhere, and rows are aligned with the plan.

    `camera_mm` is how far before the front the camera hangs; without it the depth of a pack behind
    the front is not told. `empty_picture` is a photo by this camera of the fixture with nothing in
    it, by which gaps are told before a coloured back wall.
    """

    fixture_id: Identifier
    camera_mm: float | None = Field(default=None, gt=0, le=20000)
    corners: tuple[Point, Point, Point, Point] | None = None
    baskets: tuple[BasketView, ...] = Field(default=(), max_length=PARTS_MOST)
    empty_picture: Path | None = None
    distortion: LensDistortion = LensDistortion()

    @model_validator(mode="after")
    def _corners_go_round(self) -> "ShelfView":
        if self.corners is not None:
            _check_corners(self.corners, f"shelf {self.fixture_id!r}")
        return self


def _check_corners(corners: tuple[Point, Point, Point, Point], what: str) -> None:
    """Refuse what no camera can see of a flat rectangle: crossed, turned round, or a mere line."""
    turns = []
    for here in range(4):
        (x1, y1), (x2, y2), (x3, y3) = (corners[(here + step) % 4] for step in range(3))
        turns.append((x2 - x1) * (y3 - y2) - (y2 - y1) * (x3 - x2))
        if max(abs(x2 - x1), abs(y2 - y1)) < LEAST_SIDE:
            raise ValueError(
                f"{what}: corners {here + 1} and {(here + 1) % 4 + 1} are nearly one point;"
                " mark the four corners anew"
            )
    if any(turn <= 0 for turn in turns):
        raise ValueError(
            f"{what}: the corners do not go clockwise round it, from the top left;"
            " mark the four corners anew"
        )
    area = sum(
        x1 * y2 - x2 * y1
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True)
    )
    if area / 2 < LEAST_SIDE**2:
        raise ValueError(
            f"{what}: the corners leave no surface between them; mark the four corners anew"
        )


class Camera(Profile):
    """A camera with its calibration, lines, zones and the fixtures it sees."""

    camera_id: Identifier
    source: CameraSource
    width_px: int = Field(ge=64, le=8192)
    height_px: int = Field(ge=64, le=8192)
    frames_per_s: float = Field(default=10.0, gt=0, le=60)
    lines: tuple[CountingLine, ...] = Field(default=(), max_length=PARTS_MOST)
    zones: tuple[Zone, ...] = Field(default=(), max_length=PARTS_MOST)
    shelves: tuple[ShelfView, ...] = Field(default=(), max_length=PARTS_MOST)

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
