"""References to pictures, before their bytes and after them."""

import hashlib
from pathlib import Path

from cloud_hub.core.media_store import Pictures
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import Media, MediaUpload
from sync.events import MediaTaken
from tests.stage.booking import book
from tests.stage.hub_tables import rows
from tests.talking_device import NOON

PICTURE = b"a picture"
NAME = hashlib.sha256(PICTURE).hexdigest()


def taken(subject: str = "s01-a") -> MediaTaken:
    return MediaTaken(
        sha256=NAME,
        bytes=len(PICTURE),
        media_type="image/jpeg",
        width_px=4,
        height_px=3,
        taken_at=NOON,
        subject=subject,
    )


def test_a_reference_before_its_bytes_waits_for_them(ingest: Ingest, database: Database) -> None:
    book(ingest, taken(), kind="cooler")
    (media,) = rows(database, Media)
    assert (media.subject, media.device_id, media.taken_at) == ("s01-a", "s01-cooler", NOON)
    assert (media.width_px, media.height_px, media.bytes) == (4, 3, len(PICTURE))
    assert media.stored_at is None


def send(database: Database, folder: Path, device: str = "s01-cooler") -> None:
    """The device's bytes arrive."""
    Pictures(folder / "media", limit_bytes=1000).put(PICTURE)
    with database.writing() as session:
        session.add(
            MediaUpload(
                tenant_id="linguang",
                device_id=device,
                sha256=NAME,
                bytes=len(PICTURE),
                begun_at=NOON,
                stored_at=NOON,
            )
        )


def test_a_reference_after_its_bytes_knows_that_they_are_here(
    ingest: Ingest, database: Database, tmp_path: Path
) -> None:
    send(database, tmp_path)
    book(ingest, taken(), kind="cooler")
    assert rows(database, Media)[0].stored_at == NOON


def test_a_picture_named_again_is_one_picture_and_keeps_when_it_came(
    ingest: Ingest, database: Database, tmp_path: Path
) -> None:
    send(database, tmp_path)
    cooler = book(ingest, taken(), kind="cooler")
    Pictures(tmp_path / "media", limit_bytes=1000).path(NAME).unlink()
    cooler.say(taken("s01-b"))
    ingest.take(cooler.batches())
    (media,) = rows(database, Media)
    assert (media.subject, media.stored_at) == ("s01-b", NOON)


def test_who_names_a_picture_that_another_sent_has_not_sent_it(
    ingest: Ingest, database: Database, tmp_path: Path
) -> None:
    send(database, tmp_path)
    book(ingest, taken("s01-b"), kind="door")
    (media,) = rows(database, Media)
    assert (media.device_id, media.stored_at) == ("s01-door", None)


def test_a_picture_stays_with_the_device_that_named_it_first(
    ingest: Ingest, database: Database, tmp_path: Path
) -> None:
    send(database, tmp_path)
    book(ingest, taken(), kind="cooler")
    send(database, tmp_path, "s01-door")
    book(ingest, taken("s01-b"), kind="door")
    (media,) = rows(database, Media)
    assert (media.device_id, media.subject, media.stored_at) == ("s01-cooler", "s01-a", NOON)
