"""produced = received + declared lost + waiting, lane by lane."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import LostRange
from cloud_hub.reconciliation.lane_accounts import LaneAccount, audit_link, joined_epochs
from sync.events import Lane, LossDeclared
from sync.wire.batch import Loss
from tests.small_chain import NOW, SmallChain
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


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def accounts(small: SmallChain, **asked: Any) -> list[LaneAccount]:
    with small.reading() as session:
        return list(audit_link(session, **asked).accounts)


def test_a_lane_that_never_held_anything_is_not_told(chain: SmallChain) -> None:
    chain.claim("s01-till", 0, produced=0)
    assert accounts(chain) == []


def test_what_the_device_still_holds_waits_and_what_it_does_not_is_unaccounted(
    chain: SmallChain,
) -> None:
    chain.claim("s01-till", 0, produced=10, base=6)
    chain.received("s01-till", 0, 1, 2)
    chain.received("s01-till", 0, 8, 8)
    (account,) = accounts(chain, count_rows=False)
    assert (account.produced, account.received, account.waiting, account.unaccounted) == (
        10,
        3,
        4,
        3,
    )
    assert account.unaccounted_ranges == ((1, 3, 5),)
    assert account.waiting_ranges == ((1, 6, 7), (1, 9, 10))
    assert not account.is_balanced


def test_a_number_that_arrived_and_was_declared_lost_is_received(chain: SmallChain) -> None:
    chain.claim("s01-till", 0, produced=10, base=11)
    chain.received("s01-till", 0, 1, 8)
    chain.lost("s01-till", 0, 5, 10, "quota")
    (account,) = accounts(chain, count_rows=False)
    assert (account.received, account.lost, account.waiting) == (8, 2, 0)
    assert account.is_balanced


def test_what_arrived_beyond_the_devices_last_word_was_produced(chain: SmallChain) -> None:
    chain.claim("s01-till", 0, produced=3)
    chain.received("s01-till", 0, 1, 5)
    (account,) = accounts(chain, count_rows=False)
    assert (account.produced, account.received, account.is_balanced) == (5, 5, True)


def test_received_numbers_whose_rows_are_gone_are_missed_when_rows_are_counted(
    chain: SmallChain,
) -> None:
    chain.claim("s01-till", 0, produced=3)
    chain.received("s01-till", 0, 1, 3)
    for seq in (1, 2):
        chain.event("s01-till", 0, seq, at=NOW)
    (quick,) = accounts(chain, count_rows=False)
    (whole,) = accounts(chain)
    assert (quick.missing_rows, quick.is_balanced) == (0, True)
    assert (whole.missing_rows, whole.is_balanced) == (1, False)


def test_each_lane_of_each_device_has_its_own_account_in_order(chain: SmallChain) -> None:
    for device, lane in (("s01-till", 3), ("s01-door", 3), ("s01-till", 0)):
        chain.claim(device, lane, produced=1)
    assert [(one.device, one.lane, one.store) for one in accounts(chain)] == [
        ("s01-door", "metric", "s01"),
        ("s01-till", "sale", "s01"),
        ("s01-till", "metric", "s01"),
    ]
    assert [one.device for one in accounts(chain, devices=["s01-door"])] == ["s01-door"]
    assert accounts(chain, tenant_id="nobody") == []


def test_epochs_are_told_by_themselves_and_joined_to_the_same_sums(
    ingest: Ingest, database: Database
) -> None:
    for epoch, run in ((1, "r1"), (2, "r2")):
        till = TalkingDevice(epoch=epoch, nonce=run, run=run)
        till.say(*(receipt(10 * epoch + n, cola()) for n in range(3)))
        sales = till.records[Lane.SALE]
        ingest.take([till.hello(), till.batch(Lane.SALE, sales[:epoch])])
    with database.sessions() as session:
        whole = audit_link(session).accounts
        parts = audit_link(session, by_epoch=True).accounts
    assert [(one.epochs, one.received, one.waiting) for one in parts] == [
        ((1,), 1, 2),
        ((2,), 2, 1),
    ]
    assert joined_epochs(parts) == whole
    assert whole[0].waiting_ranges == ((1, 2, 3), (2, 3, 3))


def test_an_account_is_told_to_programs_with_its_verdict(chain: SmallChain) -> None:
    chain.claim("s01-till", 0, produced=2)
    with chain.reading() as session:
        said = audit_link(session).as_json()
    assert said["balanced"] is True
    (lane,) = said["devices"]
    assert (lane["device"], lane["lane"], lane["waiting"], lane["balanced"]) == (
        "s01-till",
        "sale",
        2,
        True,
    )
    assert lane["claimed_at"] == NOW.isoformat()
