"""A folder as the source of photos: every picture once."""

import logging
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from edge_agent.core.errors import SourceUnusable
from edge_agent.drivers.photos import encode_jpeg
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


async def test_what_can_never_be_read_is_said_once_and_the_others_are_read(
    shelf, outbox, clock, caplog
):
    make, folder = shelf
    (folder / "20261122T010000Z.jpg").mkdir()
    (folder / "20261122T011000Z.png").symlink_to(folder / "gone.png")
    cv2.imwrite(str(folder / "20261122T012000Z.png"), np.zeros((5001, 5001), np.uint8))
    cv2.imwrite(str(folder / "20261122T020000Z.jpg"), picture())
    clock.set(datetime.now(UTC) + timedelta(minutes=1))
    watch = make()
    with caplog.at_level(logging.INFO):
        assert len(await watch_until(watch, outbox, "shelf", 1)) == 1
        for _ in range(3):
            for file in watch.source._files(watch.intake.done):
                await watch.source._take(file)
    said = [record.getMessage() for record in caplog.records if "20261122T01" in record.message]
    assert [line.split(": ")[0] for line in said] == [
        "20261122T010000Z.jpg",
        "20261122T011000Z.png",
        "20261122T012000Z.png",
    ]
    assert "5001×5001 px" in said[2]


async def test_a_picture_that_keeps_coming_is_said_once(shelf, outbox, caplog):
    make, folder = shelf
    (folder / "20261122T010000Z.jpg").write_bytes(b"\xff\xd8\xff")
    watch = make()
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            for file in watch.source._files(watch.intake.done):
                await watch.source._take(file)
    assert sum("is not a picture yet" in record.message for record in caplog.records) == 1


async def test_a_damaged_photo_is_booked_and_claims_nothing(shelf, outbox, clock):
    make, folder = shelf
    raw = encode_jpeg(picture())
    (folder / "20261122T010000Z.jpg").write_bytes(raw[: len(raw) // 2] + b"\xff\xd9")
    clock.set(datetime.now(UTC) + timedelta(minutes=1))
    (observed,) = await watch_until(make(), outbox, "shelf", 1)
    assert observed["quality"] == "damaged"
    assert (observed["facings"], observed["empty_slots"]) == ([], [])


async def test_a_photo_without_colour_is_booked_and_claims_nothing(shelf, outbox):
    make, folder = shelf
    grey = cv2.cvtColor(picture(), cv2.COLOR_BGR2GRAY)
    cv2.imwrite(str(folder / "20261122T010000Z.jpg"), grey)
    (observed,) = await watch_until(make(), outbox, "shelf", 1)
    assert (observed["quality"], observed["facings"]) == ("no_colour", [])
