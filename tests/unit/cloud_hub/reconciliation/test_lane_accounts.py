"""produced = received + declared lost + waiting, lane by lane."""

import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import LostRange
from cloud_hub.reconciliation.lane_accounts import audit_link
from sync.events import Lane, LossDeclared
from sync.wire.batch import Loss
from tests.talking_device import TalkingDevice, cola, receipt


def test_declared_losses_balance_the_books(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice(kind="cooler")
    for _ in range(50):
        till.say_raw(Lane.METRIC, "cooler-of-tomorrow", b"{}")
    kept = till.records[Lane.METRIC][40:]
    loss = Loss(first=1, last=40, bytes=999, reason="quota")
    till.say(
        LossDeclared(
            lost_epoch=1, lost_lane=Lane.METRIC, first=1, last=40, bytes=999, reason="quota"
        )
    )
    batch = till.batch(Lane.METRIC, kept, lost=[loss], base=41)
    alert = till.batch(Lane.ALERT, till.records[Lane.ALERT])
    ingest.take([till.hello(), batch, batch, alert])
    with database.sessions() as session:
        audit = audit_link(session)
        metric = next(a for a in audit.accounts if a.lane == "metric")
        assert (metric.produced, metric.received, metric.lost, metric.waiting) == (50, 10, 40, 0)
        assert audit.is_balanced
        (row,) = session.scalars(sa.select(LostRange))
        assert (row.bytes, row.reason) == (999, "quota")


def test_a_hole_that_the_device_no_longer_holds_is_not_balanced(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(10)))
    records = till.records[Lane.SALE]
    ingest.take([till.hello(), till.batch(Lane.SALE, records[5:], base=6)])
    with database.sessions() as session:
        audit = audit_link(session)
        (account,) = audit.accounts
        assert (account.received, account.waiting, account.unaccounted) == (5, 0, 5)
        assert not audit.is_balanced
