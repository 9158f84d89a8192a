"""What was taken from a cooler: each clear photo against the one before, with the door's sensor."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from edge_agent.core.door_log import DoorLog
from edge_agent.core.seen import Seen
from edge_agent.drivers.photos import Photo
from edge_agent.pipelines.shelves.reporting import Opened, PhotoRead
from sync.events import PictureQuality
from sync.outbox.outbox import Transaction
from vision_models.core.damage import lost_parts
from vision_models.core.frame import Image
from vision_models.shelf.openings.opening import CoolerMemory, Occasion, OpeningReader
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import Facing, ShelfReading

Recall = Callable[[str], Image | None]
"""The stored picture under a SHA-256, None where it is gone."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class OpeningWatch:
    """One cooler's lanes, carried from photo to photo, also through a restart."""

    reader: OpeningReader
    camera_id: str
    door: DoorLog
    memory: CoolerMemory | None = None
    before_sha256: str = ""
    before_at: datetime | None = None
    serviced: Callable[[datetime, datetime], bool] = lambda since, until: False
    """Whether somebody worked at the cooler in that time: what was taken then is no sale."""
    _told: Opened | None = None

    @property
    def fixture_id(self) -> str:
        """The cooler's."""
        return self.reader.fixture.fixture_id

    def compare(self, photo: Photo, read: PhotoRead) -> Opened | None:
        """What happened since the photo before; None where there is none, where this one is older,
        was taken by a camera that moved, or somebody worked at the cooler between them."""
        moved = read.quality is PictureQuality.MOVED
        if moved or (self.before_at is not None and photo.taken_at <= self.before_at):
            return None
        quality = _quality_of(photo, read)
        front = self.reader.front(photo.image, _reading(read, quality))
        is_clear = quality is PictureQuality.CLEAR
        if self.before_at is not None and self.serviced(self.before_at, photo.taken_at):
            self.memory = self.before_at = None
            self.door.since()
        if self.memory is None or self.before_at is None:
            if is_clear:
                self.memory = self.reader.first(front)
                self._remember(read)
            return None
        openings, open_s = self.door.since()
        occasion = Occasion(openings=openings, open_s=open_s)
        self.memory, seen = self.reader.compare(self.memory, front, occasion)
        told = Opened(
            fixture_id=self.fixture_id,
            camera_id=self.camera_id,
            before_at=self.before_at,
            taken_at=photo.taken_at,
            before_sha256=self.before_sha256,
            after_sha256=read.sha256,
            quality=quality,
            occasion=occasion,
            reading=seen,
            model=read.model,
        )
        if seen is not None:
            self._remember(read)
        self._told = told
        return told

    def _remember(self, read: PhotoRead) -> None:
        self.before_sha256, self.before_at = read.sha256, read.taken_at

    def save(self, transaction: Transaction) -> None:
        """The beliefs, in the commit that books the photo."""
        if self.memory is None or self.before_at is None:
            return
        beliefs = json.dumps(self.reader.beliefs(self.memory), separators=(",", ":"))
        transaction.connection.execute(
            "INSERT OR REPLACE INTO lane_belief(fixture_id, sha256, taken_at, beliefs)"
            " VALUES (?, ?, ?, ?)",
            (
                self.fixture_id,
                self.before_sha256,
                self.before_at.astimezone(UTC).isoformat(),
                beliefs,
            ),
        )

    def restore(self, transaction: Transaction, recall: Recall) -> None:
        """The lanes as before a restart. Where their picture is gone, the next one is the first."""
        row = transaction.connection.execute(
            "SELECT sha256, taken_at, beliefs FROM lane_belief WHERE fixture_id = ?",
            (self.fixture_id,),
        ).fetchone()
        image = recall(str(row[0])) if row else None
        if row is None or image is None:
            return
        try:
            front = self.reader.front(image, ShelfReading(quality=Quality.CLEAR))
            self.memory = self.reader.recalled(json.loads(row[2]), front)
        except (ValueError, KeyError, TypeError):
            log.exception("%s: beliefs are unreadable", self.fixture_id, extra={"action": "recall"})
            return
        self.before_sha256, self.before_at = str(row[0]), datetime.fromisoformat(row[1])

    def sight(self, now: datetime) -> tuple[Seen, ...]:
        """The last opening, for the device's own page."""
        told = self._told
        if told is None or told.reading is None:
            return ()
        age_s = (now - told.taken_at).total_seconds()
        taken = sum(change.taken.mean for change in told.reading.changes)
        back = sum(change.put_back.mean for change in told.reading.changes)
        return (
            Seen(
                en="last taken, estimated", zh="最近取走（推算）", value=f"{taken:.1f}", age_s=age_s
            ),
            Seen(en="last put back", zh="最近放回", value=f"{back:.1f}", age_s=age_s),
        )


def _quality_of(photo: Photo, read: PhotoRead) -> PictureQuality:
    """A photo's quality for comparing: what is left of a damaged one is read, but no lane's look
    is remembered from it."""
    is_suspect = read.quality is PictureQuality.CLEAR and bool(read.hidden_slots)
    if is_suspect and (photo.complaint or lost_parts(photo.image)):
        return PictureQuality.DAMAGED
    return read.quality


def _reading(read: PhotoRead, quality: PictureQuality) -> ShelfReading:
    """What a comparison needs of a photo's reading."""
    return ShelfReading(
        quality=Quality(quality.value),
        facings=tuple(
            Facing(box=f.box, gtin=f.gtin, score=f.score, slot_id=f.slot_id) for f in read.facings
        ),
        empty_slots=read.empty_slots,
        hidden_slots=read.hidden_slots,
        model=read.model,
    )
