"""Events booked by a hub as if a device had sent them, and what its ledger holds afterwards."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.stock import ledger
from sync.events import FootfallCounted
from tests.talking_device import NOON, TalkingDevice


def door_minute(number: int) -> FootfallCounted:
    """One who came in within the minute `number` after noon."""
    return FootfallCounted(
        line_id="door",
        started_at=NOON + timedelta(minutes=number),
        in_=(1,),
        out=(0,),
        watched_s=(60.0,),
    )


def book(ingest: Ingest, *bodies: Any, kind: str = "till", store: str = "s01") -> TalkingDevice:
    """A device of `store` that has said `bodies`; none of them was refused."""
    device = TalkingDevice(store, kind)
    device.say(*bodies)
    taken = ingest.take([device.hello(), *device.batches()])
    assert taken.tally.dead == 0
    return device


def held(database: Database, gtin: str) -> dict[str, Decimal]:
    """What each location holds of a product."""
    with database.sessions() as session:
        return {
            balance.location: balance.quantity
            for balance in ledger.balances(session, "linguang", gtin=gtin)
        }
