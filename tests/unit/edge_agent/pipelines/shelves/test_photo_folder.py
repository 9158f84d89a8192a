"""A folder as the source of photos: every picture once."""

from datetime import UTC, datetime, timedelta

import cv2
import pytest

from edge_agent.core.errors import SourceUnusable
from tests.stage.shelf_camera import bodies, picture, watch_until


async def test_every_photo_of_a_folder_is_read_once_oldest_first(shelf, outbox, tmp_path):
    make, folder = shelf
    for number, name in enumerate(("20261122T030000Z", "20261122T020000Z")):
        cv2.imwrite(str(folder / f"{name}.jpg"), picture(number))
    observed = await watch_until(make(), outbox, "shelf", 2)
    assert [one["taken_at"] for one in observed] == [
        "2026-11-22T02:00:00Z",
        "2026-11-22T03:00:00Z",
    ]
    cv2.imwrite(str(folder / "20261122T040000Z.jpg"), picture(3))
    observed = await watch_until(make(), outbox, "shelf", 3)
    assert len(observed) == 3
    media = bodies(outbox, "media")
    original = (folder / "20261122T020000Z.jpg").read_bytes()
    stored = tmp_path / "media" / media[0]["sha256"][:2] / media[0]["sha256"]
    assert stored.read_bytes() == original
    assert observed[0]["photo_sha256"] == media[0]["sha256"]
    assert observed[0]["planogram_id"] == "summer"


async def test_a_file_that_is_no_picture_is_left_alone_and_the_others_are_read(
    shelf, outbox, clock
):
    make, folder = shelf
    (folder / "20261122T010000Z.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("not for us", encoding="utf-8")
    clock.set(datetime.now(UTC) + timedelta(minutes=1))
    cv2.imwrite(str(folder / "20261122T020000Z.png"), picture())
    assert len(await watch_until(make(), outbox, "shelf", 1)) == 1


async def test_a_missing_folder_is_a_lost_source_until_it_is_there(shelf, outbox):
    make, folder = shelf
    folder.rmdir()
    (alarm,) = await watch_until(make(), outbox, "alarm", 1)
    assert (alarm["alarm"], alarm["state"]) == ("source-lost", "raised")
    folder.mkdir()
    alarms = await watch_until(make(), outbox, "alarm", 2)
    assert alarms[1]["state"] == "cleared"


async def test_a_photo_that_is_asked_for_is_the_newest_and_is_read_once(shelf, outbox):
    make, folder = shelf
    watch = make()
    with pytest.raises(SourceUnusable, match="no picture"):
        await watch.source.take_now()
    for number, name in enumerate(("20261122T030000Z", "20261122T020000Z")):
        cv2.imwrite(str(folder / f"{name}.jpg"), picture(number))
    assert (await watch.source.take_now()).startswith("20261122T030000Z.jpg: clear, ")
    assert await watch.source.take_now() == "20261122T030000Z.jpg is the newest and was read before"
    observed = await watch_until(watch, outbox, "shelf", 2)
    assert sorted(one["taken_at"] for one in observed) == [
        "2026-11-22T02:00:00Z",
        "2026-11-22T03:00:00Z",
    ]
