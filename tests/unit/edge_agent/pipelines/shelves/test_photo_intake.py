"""One photo: read, booked with its picture, alarmed."""

from datetime import datetime, timedelta

import cv2
import numpy as np
import pytest

from edge_agent.drivers.photos import Photo
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox
from tests.stage.shelf_camera import bodies, picture

COVERED = np.full((240, 320, 3), 90, dtype=np.uint8)


@pytest.fixture
def intake(shelf) -> PhotoIntake:
    make, _ = shelf
    return make().intake


def photo(at: datetime, image: np.ndarray | None = None, name: str = "") -> Photo:
    image = picture() if image is None else image
    _, jpeg = cv2.imencode(".jpg", image)
    return Photo(name=name or f"{at:%H%M%S}", taken_at=at, image=image, jpeg=jpeg.tobytes())


def alarms(outbox: Outbox) -> list[tuple[str, str]]:
    return [(one["alarm"], one["state"]) for one in bodies(outbox, "alarm")]


async def test_a_photo_is_booked_with_its_picture_in_one_go(
    intake: PhotoIntake, outbox: Outbox, clock: ManualClock
) -> None:
    taken = photo(clock.now())
    assert await intake.take(taken)
    (observed,), (media,) = bodies(outbox, "shelf"), bodies(outbox, "media")
    assert observed["photo_sha256"] == media["sha256"]
    assert (media["bytes"], media["width_px"], media["subject"]) == (
        len(taken.jpeg),
        320,
        "cooler-a",
    )
    assert intake.media.path(media["sha256"]).read_bytes() == taken.jpeg
    with outbox.reading() as connection:
        count = connection.execute("SELECT what, number FROM day_count").fetchall()
    assert [tuple(row) for row in count] == [("photos", 1)]


async def test_a_bad_photo_is_kept_only_where_that_is_asked_for(
    intake: PhotoIntake, outbox: Outbox, clock: ManualClock
) -> None:
    assert not await intake.take(photo(clock.now(), COVERED), keep_bad=False)
    assert bodies(outbox, "shelf") == bodies(outbox, "media") == []
    assert await intake.take(photo(clock.now(), COVERED))
    assert bodies(outbox, "shelf")[0]["quality"] == "covered"
    assert alarms(outbox) == [("picture-covered", "raised")]
    clock.advance(60)
    assert await intake.take(photo(clock.now()))
    assert alarms(outbox)[-1] == ("picture-covered", "cleared")


async def test_a_photo_that_comes_late_is_booked_and_says_nothing_about_now(
    intake: PhotoIntake, outbox: Outbox, clock: ManualClock
) -> None:
    await intake.take(photo(clock.now()))
    newest = intake.latest
    await intake.take(photo(clock.now() - timedelta(hours=1), COVERED))
    assert len(bodies(outbox, "shelf")) == 2
    assert intake.latest is newest
    assert alarms(outbox) == []


async def test_a_picture_of_another_size_claims_nothing_and_is_told(
    intake: PhotoIntake, outbox: Outbox, clock: ManualClock
) -> None:
    await intake.take(photo(clock.now(), picture(size=(160, 120))))
    (observed,) = bodies(outbox, "shelf")
    assert (observed["quality"], observed["facings"]) == ("moved", [])
    assert observed["hidden_slots"] == ["A-1-1"]
    (alarm,) = bodies(outbox, "alarm")
    assert alarm["alarm"] == "frame-size"
    assert alarm["detail"] == "the picture is 160x120, the profile says 320x240"


async def test_what_was_done_outlives_a_restart(
    intake: PhotoIntake, shelf, clock: ManualClock
) -> None:
    await intake.take(photo(clock.now(), name="a.jpg"))
    await intake.note_unreadable("b.jpg", clock.now())
    make, _ = shelf
    again = make().intake
    await again.recall()
    assert again.done == {"a.jpg", "b.jpg"}
    assert again.latest is not None
    assert again.latest.name == "a.jpg"


async def test_a_source_that_is_lost_is_alarmed_until_it_is_back(
    intake: PhotoIntake, outbox: Outbox
) -> None:
    intake.health.expect("cooler-a", late_after_s=60)
    await intake.source_is_lost("no folder photos")
    await intake.source_is_lost("no folder photos")
    await intake.source_is_back()
    assert alarms(outbox) == [("source-lost", "raised"), ("source-lost", "cleared")]
    assert bodies(outbox, "alarm")[0]["detail"] == "no folder photos"
