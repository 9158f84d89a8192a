import pytest

from device_profiles.camera import Camera
from device_profiles.opening_hours import OpeningHours
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
from edge_agent.core.writer import Writer
from edge_agent.pipelines.doors.door import DoorWatch
from sync.core.clock import ManualClock
from tests.stage.doors_camera import CAMERA, HOURS, SHANGHAI, ScriptedCounter, ScriptedFeed
from vision_models.people.traffic import Traffic


@pytest.fixture
async def door(writer: Writer, clock: ManualClock):
    alarms = AlarmBook(writer, clock)
    await alarms.load()
    seen: dict[int, Traffic] = {}

    def make(*, hours: OpeningHours | None = HOURS, camera: Camera = CAMERA) -> DoorWatch:
        return DoorWatch(
            camera=camera,
            feed=ScriptedFeed(clock, camera),
            counter=ScriptedCounter(seen),
            writer=writer,
            alarms=alarms,
            health=Health(),
            clock=clock,
            zone=SHANGHAI,
            opening_hours=hours,
            simulated=False,
        )

    return make, seen
