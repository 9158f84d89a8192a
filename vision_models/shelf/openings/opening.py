"""What a door opening changed: the photos before and after it → packs taken, put back, refilled.

Each lane's front is compared with the last time it was seen. On still shelves a pack taken shows as
depth: the next one stands further back, and is searched there, as small as it must look. On
sliding shelves only *that* the front changed is seen. What became of the packs then is reasoned in
`lanes.py`, in odds. A lane that is hidden keeps its last look and is judged at the next photo.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from pydantic import TypeAdapter

from device_profiles.camera import ShelfView
from device_profiles.planogram import Feed, FixtureProfile
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.shelf.calibration import flatten
from vision_models.shelf.openings.changes import Opened, OpeningReading, changes_by_product
from vision_models.shelf.openings.fronts import (
    AHEAD_MM,
    CELL_PX,
    EYE,
    FrontView,
    OpeningSettings,
    Patch,
)
from vision_models.shelf.openings.lanes import (
    Change,
    DoorOpening,
    LaneLook,
    Priors,
    Showing,
    SlidingLane,
    StillLane,
)
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import ShelfReading


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPhoto:
    """One clear photo of a fixture, flattened to `CELL_PX` a lane, and what was read on it."""

    reading: ShelfReading
    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What is known of the opening apart from the pictures; None: not known."""

    open_s: float | None = None
    openings: int | None = 1
    is_service: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMemory:
    """A lane as it was last seen: the belief, its front then, and at best (nothing before it).
    Since then: so many openings, and whether one of them was a refill."""

    lane: StillLane | SlidingLane
    last: Patch | None
    best: Patch | None = None
    openings: int | None = 0
    was_refilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerMemory:
    """Everything that is carried from one photo to the next, by slot id."""

    lanes: Mapping[str, LaneMemory] = field(default_factory=dict)


_LANES: TypeAdapter[StillLane | SlidingLane] = TypeAdapter(StillLane | SlidingLane)


def can_tell_openings(fixture: FixtureProfile, view: ShelfView) -> bool:
    """Whether front facings tell what was taken: on still shelves whose lanes and camera the
    profile describes. On sliding ones the estimate proved wrong by half; nothing is claimed."""
    return (
        fixture.feed is Feed.STILL
        and fixture.lane_mm is not None
        and view.corners is not None
        and view.camera_mm is not None
    )


class OpeningReader:
    """Compares the fronts of one fixture's photos. `widths_mm`: the products' widths by GTIN.

    Raises UnusablePicture if the fixture's profile lacks `feed` or `lane_mm`, or, for a still
    shelf, the view's `camera_mm`: without them nothing can be told.
    """

    def __init__(
        self,
        fixture: FixtureProfile,
        view: ShelfView,
        widths_mm: Mapping[str, float],
        *,
        settings: OpeningSettings | None = None,
        priors: Priors | None = None,
    ) -> None:
        if fixture.feed is None or fixture.lane_mm is None:
            raise UnusablePicture(f"fixture {fixture.fixture_id!r} has no feed and lane_mm")
        if fixture.feed is Feed.STILL and view.camera_mm is None:
            raise UnusablePicture(f"the view of {fixture.fixture_id!r} has no camera_mm")
        self.fixture, self.view = fixture, view
        self.lane_mm = fixture.lane_mm
        self.camera_mm = view.camera_mm or 1000.0
        self.widths_mm = widths_mm
        self.settings = settings or OpeningSettings()
        self.priors = priors or Priors()
        self.fronts = FrontView(
            rows=fixture.rows,
            columns=fixture.columns,
            camera_mm=self.camera_mm,
            settings=self.settings,
        )

    def front(self, image: Image, reading: ShelfReading) -> FrontPhoto:
        """The flattened front of a photo, small enough to compare quickly."""
        flat = flatten(image, self.view).front
        width = CELL_PX * self.fixture.columns
        height = round(flat.shape[0] * width / flat.shape[1])
        small = cv2.resize(flat, (width, height), interpolation=cv2.INTER_AREA)
        return FrontPhoto(reading=reading, image=np.asarray(small, np.uint8))

    def first(self, front: FrontPhoto) -> CoolerMemory:
        """What is believed after the first photo: lanes are as full as they look."""
        names = _names(front.reading)
        lanes = {}
        for place, slot_id in self._places():
            lane = self._lane(names.get(slot_id))
            lanes[slot_id] = self._remembered(lane, front, place, is_seen=slot_id in names)
        return CoolerMemory(lanes=lanes)

    def compare(
        self, memory: CoolerMemory, front: FrontPhoto, occasion: Occasion
    ) -> tuple[CoolerMemory, OpeningReading | None]:
        """What happened since the lanes were last seen; None where the photo is not clear, and
        then only the number of openings is kept for the next one."""
        waited = {
            slot_id: replace(seen, openings=_more(seen.openings, occasion.openings))
            for slot_id, seen in memory.lanes.items()
        }
        if front.reading.quality is not Quality.CLEAR:
            is_refill = self._is_long(occasion)
            for slot_id, seen in waited.items():
                waited[slot_id] = replace(seen, was_refilled=seen.was_refilled or is_refill)
            return CoolerMemory(lanes=waited), None
        looks = self._looks(waited, front)
        is_service = self._is_refill(waited, looks, occasion)
        lanes: dict[str, LaneMemory] = {}
        changes: list[tuple[Change, bool]] = []
        told = 0
        for place, slot_id in self._places():
            before, look = waited[slot_id], looks[slot_id]
            is_refill = is_service or before.was_refilled
            opened = DoorOpening(is_service=is_refill, openings=before.openings)
            after, found = before.lane.after(look, opened, self.priors)
            changes += [(change, is_refill) for change in found]
            is_told = look.showing is not Showing.UNTOLD
            told += is_told
            if is_told:
                lanes[slot_id] = self._remembered(after, front, place, is_seen=True, before=before)
            else:
                lanes[slot_id] = replace(before, lane=after, was_refilled=is_refill)
        reading = OpeningReading(
            purpose=Opened.REFILL if is_service else Opened.SHOPPING,
            changes=changes_by_product(changes),
            lanes=len(looks),
            told_lanes=told,
        )
        return CoolerMemory(lanes=lanes), reading

    # --- what the front of each lane shows ---

    def _looks(self, memory: Mapping[str, LaneMemory], front: FrontPhoto) -> dict[str, LaneLook]:
        names = _names(front.reading)
        shake = self.fronts.shake([seen.last for seen in memory.values()], front.image)
        losses = {
            slot_id: self.fronts.loss(seen.last, front.image, shake)
            for slot_id, seen in memory.items()
        }
        looks: dict[str, LaneLook] = {}
        for place, slot_id in self._places():
            loss = losses[slot_id]
            if loss is not None and loss <= self._usual_loss(losses, place):
                looks[slot_id] = LaneLook(
                    showing=Showing.UNTOUCHED, gtin=memory[slot_id].lane.front
                )
            else:
                looks[slot_id] = self._look(memory, place, front, names, shake)
        return looks

    def _usual_loss(self, losses: Mapping[str, float | None], place: tuple[int, int]) -> float:
        """How much an untouched lane may differ in this photo: fog, drops and light spoil the
        whole picture, or this corner of it."""
        row, column = place
        near = [
            losses.get(self.fixture.slot_id(row + down, column + across))
            for down in (-1, 0, 1)
            for across in (-1, 0, 1)
            if (down, across) != (0, 0) and row + down >= 1 and column + across >= 1
        ]
        settings = self.settings
        usual = settings.untouched_times * max(_usual(losses.values()), _usual(near))
        return max(settings.untouched_loss, min(usual, settings.untouched_most))

    def _look(
        self,
        memory: Mapping[str, LaneMemory],
        place: tuple[int, int],
        front: FrontPhoto,
        names: Mapping[str, str | None],
        shake: tuple[int, int],
    ) -> LaneLook:
        slot_id = self.fixture.slot_id(*place)
        seen = memory[slot_id]
        read, is_read = names.get(slot_id), slot_id in names
        is_hidden = slot_id in front.reading.hidden_slots
        before = seen.lane.front
        likeness, depth_mm = 0.0, 0.0
        if before is not None:
            likeness, depth_mm = self._search(memory, place, front.image, shake)
        if likeness >= self.settings.same:
            return LaneLook(showing=Showing.SAME, gtin=before, depth_mm=depth_mm)
        if read is not None and read == before and likeness >= self.settings.same_if_read:
            return LaneLook(showing=Showing.SAME, gtin=before, depth_mm=depth_mm)
        if is_hidden or (is_read and (read is None or read == before)):
            return LaneLook(showing=Showing.UNTOLD)
        if read is not None:
            if self._is_neighbours(memory, place, read):
                return LaneLook(showing=Showing.UNTOLD)
            return LaneLook(showing=Showing.OTHER, gtin=read)
        if before is None:
            return LaneLook(showing=Showing.UNTOUCHED)
        hidden_from_mm = self._hidden_from_mm(memory, place)
        return LaneLook(showing=Showing.EMPTY, hidden_from_mm=hidden_from_mm)

    def _search(
        self,
        memory: Mapping[str, LaneMemory],
        place: tuple[int, int],
        image: Image,
        shake: tuple[int, int],
    ) -> tuple[float, float]:
        """How like the lane's product what is seen is at best, and at which depth."""
        seen = memory[self.fixture.slot_id(*place)]
        patches = [patch for patch in (seen.last, seen.best) if patch is not None]
        if self.fixture.feed is Feed.SLIDING:
            return max(
                (self.fronts.likeness(p, 0.0, image, shake) for p in patches), default=0.0
            ), 0.0
        best = (0.0, 0.0)
        for depth in np.arange(-AHEAD_MM, self.lane_mm, self.settings.depth_step_mm):
            edge = self._hidden_to_px(memory, place, float(depth), image)
            for patch in patches:
                likeness = self.fronts.likeness(patch, float(depth), image, shake, hidden_to=edge)
                best = max(best, (likeness, float(depth)))
        return best

    def _hidden_to_px(
        self,
        memory: Mapping[str, LaneMemory],
        place: tuple[int, int],
        depth_mm: float,
        image: Image,
    ) -> float | None:
        """The column of the front up to which the next lane's front pack hides this lane at a
        depth; None where it hides nothing."""
        row, column = place
        middle = (column - 0.5 - EYE[0] * self.fixture.columns) * self._cell_mm()
        side = -1 if middle > 0 else 1
        beside = memory.get(self.fixture.slot_id(row, column + side))
        if beside is None or beside.lane.front is None or abs(middle) < self._cell_mm() / 2:
            return None
        if beside.lane.front_mm >= depth_mm:
            return None
        half = self.widths_mm.get(beside.lane.front, 65.0) / 2
        near = self.camera_mm / (self.camera_mm + beside.lane.front_mm)
        away_mm = (abs(middle) - self._cell_mm() + half) * near
        px_per_mm = image.shape[1] / self.fixture.columns / self._cell_mm()
        return float(EYE[0] * image.shape[1] - side * away_mm * px_per_mm)

    # --- what hides what ---

    def _hidden_from_mm(self, memory: Mapping[str, LaneMemory], place: tuple[int, int]) -> float:
        """From which depth on a pack of this lane would stand behind its neighbours' fronts, as
        seen by a camera before the middle."""
        lane = memory[self.fixture.slot_id(*place)].lane
        gtin = lane.front
        if self.fixture.feed is Feed.SLIDING or gtin is None:
            return float("inf")
        width = self.widths_mm.get(gtin, 65.0)
        for depth in np.arange(0.0, self.lane_mm, 20.0):
            if self._visible(memory, place, width, float(depth)) < self.settings.least_visible:
                return float(depth)
        return float("inf")

    def _visible(
        self,
        memory: Mapping[str, LaneMemory],
        place: tuple[int, int],
        width: float,
        depth_mm: float,
    ) -> float:
        """The share of a pack's width that the next lane's front leaves to be seen."""
        pitch = self._cell_mm()
        row, column = place
        middle = (column - 0.5 - EYE[0] * self.fixture.columns) * pitch
        side = -1 if middle > 0 else 1
        beside = memory.get(self.fixture.slot_id(row, column + side))
        if beside is None or beside.lane.front is None or abs(middle) < pitch / 2:
            return 1.0
        scale = self.camera_mm / (self.camera_mm + depth_mm)
        near = self.camera_mm / (self.camera_mm + beside.lane.front_mm)
        if beside.lane.front_mm >= depth_mm:
            return 1.0
        half = self.widths_mm.get(beside.lane.front, 65.0) / 2
        hidden_to = (abs(middle) - pitch + half) * near
        outer, inner = (abs(middle) + width / 2) * scale, (abs(middle) - width / 2) * scale
        return float(np.clip((outer - max(inner, hidden_to)) / (outer - inner), 0.0, 1.0))

    def _is_neighbours(
        self, memory: Mapping[str, LaneMemory], place: tuple[int, int], gtin: str
    ) -> bool:
        """Whether a product seen in this cell may be the outer neighbour's, far back."""
        row, column = place
        side = 1 if column > self.fixture.columns / 2 else -1
        beside = memory.get(self.fixture.slot_id(row, column + side))
        return (
            self.fixture.feed is Feed.STILL
            and beside is not None
            and beside.lane.front == gtin
            and beside.lane.front_mm > self.lane_mm / 4
        )

    def _cell_mm(self) -> float:
        """The width of a cell: a little more than the widest product in it."""
        return max(self.widths_mm.values(), default=70.0) + 4.0

    # --- refills ---

    def _is_refill(
        self, memory: Mapping[str, LaneMemory], looks: Mapping[str, LaneLook], occasion: Occasion
    ) -> bool:
        """Whether the opening was a refill: somebody had logged in, or many lanes came forward, or
        some did while the door stood open long."""
        if occasion.is_service is not None:
            return occasion.is_service
        added = 0.0
        for slot_id, look in looks.items():
            lane = memory[slot_id].lane
            if look.showing is Showing.OTHER:
                added += 1
            elif look.showing is Showing.SAME and look.depth_mm < lane.front_mm:
                added += (lane.front_mm - look.depth_mm) / 65.0
        if self.fixture.feed is Feed.SLIDING:
            return self._is_long(occasion)
        return added >= self.settings.refill_packs or (self._is_long(occasion) and added >= 1)

    def _is_long(self, occasion: Occasion) -> bool:
        """Whether somebody had logged in to refill, or else the door stood open so long."""
        if occasion.is_service is not None:
            return occasion.is_service
        return occasion.open_s is not None and occasion.open_s >= self.settings.refill_open_s

    # --- memory ---

    def beliefs(self, memory: CoolerMemory) -> dict[str, dict[str, object]]:
        """What is believed of each lane, as JSON: all that must outlive a restart."""
        return {
            slot_id: {
                "openings": seen.openings,
                "was_refilled": seen.was_refilled,
                **_LANES.dump_python(seen.lane, mode="json", exclude={"widths_mm"}),
            }
            for slot_id, seen in memory.lanes.items()
        }

    def recalled(
        self, beliefs: Mapping[str, Mapping[str, object]], front: FrontPhoto
    ) -> CoolerMemory:
        """The memory that `beliefs` and the photo they were last told by give.

        Raises ValueError where they are no beliefs.
        """
        lanes = {}
        for place, slot_id in self._places():
            said = dict(beliefs[slot_id])
            openings, was_refilled = said.pop("openings"), bool(said.pop("was_refilled"))
            if self.fixture.feed is Feed.STILL:
                said["widths_mm"] = dict(self.widths_mm)
            lane = _LANES.validate_python(said)
            seen = self._remembered(lane, front, place, is_seen=True)
            count = openings if isinstance(openings, int) else None
            lanes[slot_id] = replace(seen, openings=count, was_refilled=was_refilled)
        return CoolerMemory(lanes=lanes)

    def _lane(self, gtin: str | None) -> StillLane | SlidingLane:
        lane_mm = self.lane_mm
        if self.fixture.feed is Feed.SLIDING:
            width = self.widths_mm.get(gtin, 65.0) if gtin else 65.0
            empty = SlidingLane(places=max(1, int(lane_mm // (width + 2.0))))
            return empty.filled(gtin, self.priors) if gtin else empty
        still = StillLane(lane_mm=lane_mm, widths_mm=self.widths_mm)
        return still.filled(gtin) if gtin else still

    def _remembered(
        self,
        lane: StillLane | SlidingLane,
        front: FrontPhoto,
        place: tuple[int, int],
        *,
        is_seen: bool,
        before: LaneMemory | None = None,
    ) -> LaneMemory:
        """The lane as it is seen now; its best look is kept while its product stays."""
        last, best = None, None
        if is_seen and lane.front is not None:
            last = self.fronts.patch(front.image, place, lane.front_mm)
        if (before is not None and before.lane.front in (lane.front, None)) or lane.front is None:
            best = before.best if before else None
        if last is not None and (best is None or last.depth_mm <= max(best.depth_mm, AHEAD_MM)):
            best = last
        return LaneMemory(lane=lane, last=last, best=best, openings=0)

    def _places(self) -> Iterable[tuple[tuple[int, int], str]]:
        for row in range(1, self.fixture.rows + 1):
            for column in range(1, self.fixture.columns + 1):
                yield (row, column), self.fixture.slot_id(row, column)


def _usual(losses: Iterable[float | None]) -> float:
    """What most lanes lose that nobody touched: a refill may touch more than half of them."""
    known = [loss for loss in losses if loss is not None]
    return float(np.percentile(known, 30)) if known else 0.0


def _names(reading: ShelfReading) -> dict[str, str | None]:
    """The product at the front of each slot that holds one, None where it is unknown."""
    return {f.slot_id: f.gtin for f in reading.facings if f.slot_id is not None}


def _more(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
