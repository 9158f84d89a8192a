import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from device_profiles.camera import Camera
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from device_profiles.store import OpeningHours
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.errors import SourceUnusable
from edge_agent.core.health import Health
from edge_agent.core.writer import Writer
from edge_agent.drivers.cameras import CameraFeed
from edge_agent.drivers.photos import photos_in
from edge_agent.pipelines.shelves.photo_folder import PhotoFolder
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from edge_agent.pipelines.shelves.photo_plan import PhotoPlan
from edge_agent.pipelines.shelves.planned_photos import PlannedPhotos
from edge_agent.pipelines.shelves.shelf import ShelfWatch
from edge_agent.pipelines.shelves.shelf_sight import ShelfSight, plan_at
from edge_agent.pipelines.view import ViewGuard
from sync.core.clock import ManualClock
from sync.link.media import MediaStore
from sync.outbox.outbox import Outbox
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.shelf.reader import ShelfReader

SHANGHAI = ZoneInfo("Asia/Shanghai")
CAMERA = Camera.model_validate(
    {
        "camera_id": "cooler-a",
        "width_px": 320,
        "height_px": 240,
        "source": {"kind": "image-folder", "address": "photos"},
        "shelves": [{"fixture_id": "s01-a", "corners": [[0, 0], [1, 0], [1, 1], [0, 1]]}],
    }
)
FIXTURE = FixtureProfile.model_validate(
    {
        "fixture_id": "s01-a",
        "letter": "A",
        "name": {"en": "Cooler", "zh": "冷柜"},
        "kind": "cooler-upright",
        "rows": 2,
        "columns": 3,
    }
)


def plan(version: int, valid_from: datetime) -> PlanogramProfile:
    return PlanogramProfile.model_validate(
        {
            "planogram_id": "summer",
            "version": version,
            "fixture_id": "s01-a",
            "valid_from": valid_from,
            "slots": [{"slot_id": "A-1-1", "gtin": "95200000000019"}],
        }
    )


def picture(seed: int = 1, size: tuple[int, int] = (320, 240)) -> np.ndarray:
    """Sharp boxes on a lit wall: what a quality check takes for a clear picture."""
    rng = np.random.default_rng(seed)
    image = np.full((size[1], size[0], 3), 180, dtype=np.uint8)
    for _ in range(60):
        x, y = (int(rng.integers(0, side - 30)) for side in size)
        colour = tuple(int(part) for part in rng.integers(20, 240, 3))
        cv2.rectangle(image, (x, y), (x + 24, y + 24), colour, -1)
        cv2.rectangle(image, (x, y), (x + 24, y + 24), (10, 10, 10), 1)
    return image


@pytest.fixture
async def shelf(tmp_path: Path, writer: Writer, outbox: Outbox, clock: ManualClock):
    folder = tmp_path / "photos"
    folder.mkdir()
    alarms = AlarmBook(writer, clock)
    await alarms.load()

    def make(*, hours: OpeningHours | None = None, feed: CameraFeed | None = None) -> ShelfWatch:
        sight = ShelfSight(
            camera=CAMERA,
            planograms=(plan(1, clock.now() - timedelta(days=30)),),
            fixtures={"s01-a": FIXTURE},
            reader=ShelfReader(None),
        )
        intake = PhotoIntake(
            sight=sight,
            media=MediaStore(tmp_path / "media", outbox, quota_bytes=10_000_000),
            writer=writer,
            alarms=alarms,
            health=Health(),
            clock=clock,
            zone=SHANGHAI,
        )
        photo_plan = PhotoPlan(opening_hours=hours, zone=SHANGHAI, interval_min=60)
        if feed is None:
            source = PhotoFolder(folder=folder, intake=intake)
        else:
            source = PlannedPhotos(feed=feed, plan=photo_plan, intake=intake)
        return ShelfWatch(source=source, intake=intake, plan=photo_plan)

    return make, folder


async def watch_until(watch: ShelfWatch, outbox: Outbox, kind: str, number: int) -> list[dict]:
    stop = asyncio.Event()
    task = asyncio.create_task(watch.run(stop))
    try:
        async with asyncio.timeout(20):
            while len(found := bodies(outbox, kind)) < number:
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await task
    return found


def bodies(outbox: Outbox, kind: str) -> list[dict]:
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = ? ORDER BY lane, seq", (kind,)
        ).fetchall()
    return [json.loads(row[0]) for row in rows]


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


async def test_a_photo_of_another_size_claims_nothing_and_is_alarmed(shelf, outbox):
    make, folder = shelf
    cv2.imwrite(str(folder / "20261122T020000Z.jpg"), picture(1, (640, 480)))
    (observed,) = await watch_until(make(), outbox, "shelf", 1)
    assert observed["quality"] == "moved"
    assert (observed["facings"], observed["empty_slots"]) == ([], [])
    assert observed["hidden_slots"] == ["A-1-1"]
    (alarm,) = bodies(outbox, "alarm")
    assert alarm["alarm"] == "frame-size"
    assert "640x480" in alarm["detail"]


async def test_a_covered_lens_claims_nothing_and_is_alarmed_until_it_sees_again(shelf, outbox):
    make, folder = shelf
    covered = np.full((240, 320, 3), 90, dtype=np.uint8)
    cv2.imwrite(str(folder / "20261122T020000Z.jpg"), covered)
    cv2.imwrite(str(folder / "20261122T030000Z.jpg"), picture())
    observed = await watch_until(make(), outbox, "shelf", 2)
    assert [one["quality"] for one in observed] == ["covered", "clear"]
    assert observed[0]["facings"] == []
    assert [one["state"] for one in bodies(outbox, "alarm")] == ["raised", "cleared"]


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


async def test_a_live_camera_takes_one_photo_an_interval_in_opening_hours(
    shelf, outbox, clock, tmp_path
):
    make, _ = shelf
    hours = OpeningHours.model_validate({"opens": "11:30", "closes": "14:00"})
    feed = CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1))
    watch = make(hours=hours, feed=feed)
    for minute in range(0, 180, 10):
        at = clock.now() + timedelta(minutes=minute)  # 12:00 to 14:50 in Shanghai
        await watch.source.take_if_due(picture(), at)
    taken = [one["taken_at"] for one in bodies(outbox, "shelf")]
    assert taken == ["2026-11-22T04:00:00Z", "2026-11-22T04:30:00Z", "2026-11-22T05:30:00Z"]


async def test_a_bad_planned_photo_is_taken_again_and_kept_at_last(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1)))
    covered = np.full((240, 320, 3), 90, dtype=np.uint8)
    answers = [await watch.source.take_if_due(covered, clock.now()) for _ in range(5)]
    assert answers == [True] * 4 + [False]
    (observed,) = bodies(outbox, "shelf")
    assert observed["quality"] == "covered"


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


async def test_a_live_camera_photographs_now_when_asked_outside_its_plan(shelf, outbox, clock):
    make, _ = shelf
    closed = OpeningHours.model_validate({"opens": "01:00", "closes": "02:00"})
    watch = make(
        hours=closed, feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1))
    )
    asked = asyncio.create_task(watch.source.take_now())
    await asyncio.sleep(0)
    await watch.source.take_asked(picture(), clock.now())
    assert (await asked).startswith("20261122T040000Z: clear, ")
    await watch.source.take_asked(picture(), clock.now())
    assert len(bodies(outbox, "shelf")) == 1


async def test_a_live_camera_that_gives_no_picture_says_so_when_asked(shelf, clock, monkeypatch):
    make, _ = shelf
    watch = make(feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1)))
    monkeypatch.setattr("edge_agent.pipelines.shelves.planned_photos.ASKED_WITHIN_S", 0.01)
    with pytest.raises(SourceUnusable, match="no picture"):
        await watch.source.take_now()


async def test_another_interval_makes_photos_due_at_other_times(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1)))
    await watch.source.take_if_due(picture(), clock.now())
    assert not await watch.source.take_if_due(picture(), clock.now() + timedelta(minutes=30))
    watch.set_interval(30)
    await watch.source.take_if_due(picture(), clock.now() + timedelta(minutes=30))
    assert len(bodies(outbox, "shelf")) == 2


def live(clock: ManualClock) -> CameraFeed:
    return CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1))


async def test_several_pictures_a_second_apart_make_one_photo(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=live(clock))
    watch.source.burst.frames = 3
    covered = np.full((240, 320, 3), 90, dtype=np.uint8)
    for image in (picture(), picture(), covered, picture()):
        assert not await watch.source.take_if_due(image, clock.now())
        assert not await watch.source.take_if_due(image, clock.now()), "too soon for a further one"
        clock.advance(1.0)
    (observed,) = bodies(outbox, "shelf")
    assert observed["quality"] == "clear", "two of the three are, and say what is seen"
    assert len(bodies(outbox, "media")) == 1


async def test_a_photo_is_taken_after_the_door_was_closed(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=live(clock))
    watch.plan.after_door_s = 5.0
    await watch.source.take_if_due(picture(1), clock.now())
    watch.door_closed()
    for number in range(2, 6):
        clock.advance(3.0)
        await watch.source.take_if_due(picture(number), clock.now())
    assert len(bodies(outbox, "shelf")) == 2


async def test_a_turned_camera_claims_nothing_and_is_alarmed_until_it_is_accepted(
    shelf, outbox, clock, tmp_path
):
    make, folder = shelf
    watch = make()
    watch.intake.sight.view = ViewGuard(path=tmp_path / "view.png")
    still, turned = picture(1), np.roll(picture(1), 12, axis=1)
    for minute in range(17):
        cv2.imwrite(str(folder / f"20261122T01{minute:02d}00Z.png"), still)
    cv2.imwrite(str(folder / "20261122T020000Z.png"), turned)
    seen = await watch_until(watch, outbox, "shelf", 18)
    assert [one["quality"] for one in seen] == ["clear"] * 17 + ["moved"]
    assert seen[-1]["hidden_slots"] == ["A-1-1"]
    assert [one["alarm"] for one in bodies(outbox, "alarm")] == ["picture-moved"]
    watch.accept_view()
    cv2.imwrite(str(folder / "20261122T021000Z.png"), turned)
    seen = await watch_until(watch, outbox, "shelf", 19)
    assert seen[-1]["quality"] == "clear"
    assert bodies(outbox, "alarm")[-1]["state"] == "cleared"


async def test_an_empty_gallery_costs_the_photo_and_not_the_agent(
    shelf, outbox, clock, tmp_path, caplog
):
    make, _ = shelf
    watch = make(feed=live(clock))
    empty = tmp_path / "gallery"
    empty.mkdir()
    (empty / "gallery.toml").write_text('format = 1\nmodel = "none"\n')
    watch.intake.sight.reader = ShelfReader(Gallery.open(empty, Embedder.shipped()))
    answers = [await watch.source.take_if_due(picture(), clock.now()) for _ in range(5)]
    assert answers == [True] * 4 + [False]
    assert "is empty; enrol a SKU first" in caplog.text
    assert bodies(outbox, "shelf") == []
    assert not await watch.source.take_if_due(picture(), clock.now()), (
        "the next one is due in an hour"
    )


async def test_a_frozen_picture_is_no_photo(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=live(clock))
    watch.source.guard.watches_frozen = True
    frozen = []
    for _ in range(4):
        frozen.append(await watch.source.is_frozen(picture(1), clock.monotonic_s()))
        clock.advance(5.0)
    assert frozen == [False, False, True, True]
    assert not await watch.source.is_frozen(picture(2), clock.monotonic_s())
    states = [(one["alarm"], one["state"]) for one in bodies(outbox, "alarm")]
    assert states == [("picture-frozen", "raised"), ("picture-frozen", "cleared")]


def test_the_latest_planogram_that_has_begun_is_the_valid_one():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    plans = (plan(1, start), plan(2, start + timedelta(days=10)), plan(3, start))
    assert plan_at(plans, "s01-a", start - timedelta(days=1)) is None
    found = plan_at(plans, "s01-a", start + timedelta(days=11))
    assert found is not None
    assert found.version == 2


def test_a_photo_without_a_time_in_its_name_is_as_old_as_its_file(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "IMG_0001.JPG"), picture())
    (found,) = photos_in(tmp_path, done=set())
    assert abs(found.taken_at.timestamp() - (tmp_path / "IMG_0001.JPG").stat().st_mtime) < 1e-3
