"""What photos before and after an open door say, as rows."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from cloud_hub.coolers.tables import CoolerOpening, OpenedProduct
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from sync.events import CoolerOpened, PackCount, PacksChanged
from tests.talking_device import NOON, TalkingDevice


def test_an_openings_event_becomes_its_rows_once(database: Database, ingest: Ingest) -> None:
    body = CoolerOpened(
        fixture_id="s01-a",
        camera_id="camera",
        before_at=NOON - timedelta(minutes=9),
        taken_at=NOON,
        before_sha256="a" * 64,
        after_sha256="b" * 64,
        openings=1,
        changes=(
            PacksChanged(
                gtin="09520001000027", taken=PackCount(mean=1.1, variance=0.1, low=1, high=2)
            ),
        ),
        lanes=40,
        told_lanes=39,
    )
    device = TalkingDevice(kind="cooler")
    device.say(body)
    for _ in range(2):
        ingest.take([device.hello(), *device.batches()])

    with database.sessions() as session:
        (kept,) = session.scalars(sa.select(CoolerOpening)).all()
        (product,) = session.scalars(sa.select(OpenedProduct)).all()
    assert (kept.told_lanes, kept.purpose) == (39, "shopping")
    assert (product.gtin, product.taken) == ("09520001000027", 1.1)


def test_an_opening_that_tells_more_lanes_than_there_are_is_refused(
    database: Database, ingest: Ingest
) -> None:
    said: dict[str, Any] = {"fixture_id": "s01-a", "camera_id": "c", "lanes": 3, "told_lanes": 4}
    body = CoolerOpened(
        **said, before_at=NOON, taken_at=NOON, before_sha256="a" * 64, after_sha256="b" * 64
    )
    device = TalkingDevice(kind="cooler")
    device.say(body)

    assert ingest.take([device.hello(), *device.batches()]).tally.dead == 1
    with database.sessions() as session:
        assert session.scalars(sa.select(CoolerOpening)).all() == []
