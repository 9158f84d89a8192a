from datetime import timedelta
from pathlib import Path

import pytest

from device_profiles.opening_hours import OpeningHours
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
from edge_agent.core.writer import Writer
from edge_agent.drivers.cameras import CameraFeed
from edge_agent.pipelines.shelves.photo_folder import PhotoFolder
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from edge_agent.pipelines.shelves.photo_plan import PhotoPlan
from edge_agent.pipelines.shelves.planned_photos import PlannedPhotos
from edge_agent.pipelines.shelves.shelf import ShelfWatch
from edge_agent.pipelines.shelves.shelf_sight import ShelfSight
from sync.core.clock import ManualClock
from sync.link.media import MediaStore
from sync.outbox.outbox import Outbox
from tests.stage.shelf_camera import CAMERA, FIXTURE, SHANGHAI, plan
from vision_models.shelf.reader import ShelfReader


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
