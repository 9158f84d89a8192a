from datetime import timedelta

import pytest

from cloud_hub.link.ingest.ingest import Ingest
from sync.events import Lane
from sync.outbox.quota import QUOTA
from sync.wire.batch import Loss
from tests.stage.booking import door_minute
from tests.talking_device import NOON, TalkingDevice


@pytest.fixture
def door(ingest: Ingest) -> TalkingDevice:
    """A door of thirty minutes: 11 to 20 given up, 21 to 25 here, 26 to 30 still on the device."""
    device = TalkingDevice(kind="door")
    for number in range(1, 31):
        device.say(door_minute(number), at=NOON + timedelta(minutes=number))
    lost = [Loss(first=11, last=20, bytes=900, reason=QUOTA)]
    records = device.records[Lane.METRIC]
    ingest.take(
        [
            device.hello(),
            device.batch(Lane.METRIC, records[:10]),
            device.batch(Lane.METRIC, records[20:25], lost=lost, base=26),
        ]
    )
    return device
