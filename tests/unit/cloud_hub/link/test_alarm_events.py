"""Alarms as devices raise and clear them."""

from datetime import timedelta

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.link import tables as link_tables
from cloud_hub.link.ingest.ingest import Ingest
from sync.events import (
    Alarm,
    AlarmState,
)
from tests.stage.hub_tables import rows
from tests.talking_device import NOON, TalkingDevice


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_alarm_is_cleared_in_whatever_order_it_arrives(
    ingest: Ingest, database: Database, order: tuple[int, int]
) -> None:
    states = (AlarmState.RAISED, AlarmState.CLEARED)
    for epoch, at in enumerate(order, start=1):
        device = TalkingDevice(kind="cooler", epoch=epoch)
        device.say(
            Alarm(
                alarm="too-warm",
                subject="s01-a",
                state=states[at],
                at=NOON + timedelta(minutes=at),
            )
        )
        ingest.take([device.hello(), *device.batches()])
    (alarm,) = rows(database, link_tables.AlarmRaised)
    assert alarm.cleared_at == NOON + timedelta(minutes=1)
