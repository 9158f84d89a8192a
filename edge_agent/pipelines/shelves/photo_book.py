"""What a device remembers of its photos, in its own store: which are done, and what they showed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from edge_agent.drivers.photos import Photo
from edge_agent.pipelines.shelves.reporting import PhotoRead
from sync.events import PictureQuality
from sync.outbox.outbox import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPhoto:
    """What the device itself remembers of a photo: the worst quality and the sums over fixtures."""

    name: str
    taken_at: datetime
    sha256: str
    quality: str
    facings: int
    gaps: int


def note(transaction: Transaction, camera_id: str, kept: KeptPhoto) -> None:
    """A photo is done, and this is what it showed."""
    transaction.connection.execute(
        "INSERT OR REPLACE INTO photo(camera_id, name, taken_at, sha256, quality, facings,"
        " gaps) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            camera_id,
            kept.name,
            kept.taken_at.astimezone(UTC).isoformat(),
            kept.sha256,
            kept.quality,
            kept.facings,
            kept.gaps,
        ),
    )


def unreadable(name: str, taken_at: datetime) -> KeptPhoto:
    """What is remembered of a file that is no picture: it is not tried again at every start."""
    return KeptPhoto(
        name=name, taken_at=taken_at, sha256="", quality="unreadable", facings=0, gaps=0
    )


def remembered(transaction: Transaction, camera_id: str) -> tuple[set[str], KeptPhoto | None]:
    """The photos of a camera that are done, and the newest of them that could be read."""
    connection = transaction.connection
    names = connection.execute("SELECT name FROM photo WHERE camera_id = ?", (camera_id,))
    done = {str(row[0]) for row in names}
    newest = connection.execute(
        "SELECT name, taken_at, sha256, quality, facings, gaps FROM photo"
        " WHERE camera_id = ? AND sha256 <> '' ORDER BY taken_at DESC LIMIT 1",
        (camera_id,),
    ).fetchone()
    return done, _kept(newest) if newest else None


def summary(photo: Photo, sha256: str, reads: list[PhotoRead]) -> KeptPhoto:
    """What is remembered of a photo and its readings, one a fixture."""
    bad = [read.quality for read in reads if read.quality is not PictureQuality.CLEAR]
    return KeptPhoto(
        name=photo.name,
        taken_at=photo.taken_at,
        sha256=sha256,
        quality=bad[0] if bad else PictureQuality.CLEAR,
        facings=sum(len(read.facings) for read in reads),
        gaps=sum(len(read.empty_slots) for read in reads),
    )


def told(photo: KeptPhoto) -> str:
    """A photo in one line."""
    return f"{photo.name}: {photo.quality}, {photo.facings} facings, {photo.gaps} gaps"


def _kept(row: tuple[str, str, str, str, int, int]) -> KeptPhoto:
    name, taken_at, sha256, quality, facings, gaps = row
    return KeptPhoto(
        name=name,
        taken_at=datetime.fromisoformat(taken_at),
        sha256=sha256,
        quality=quality,
        facings=facings,
        gaps=gaps,
    )
