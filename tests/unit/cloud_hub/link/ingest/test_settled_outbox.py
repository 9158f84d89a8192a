"""What waited in an outbox that a device put aside, once somebody has decided about it."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.tables import AlarmRaised
from cloud_hub.reconciliation.declared_losses import declared_losses
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.sales.tables import Receipt
from sync.core.clock import ManualClock
from sync.outbox.outbox import Acknowledged, Outbox
from sync.outbox.put_aside import give_up_aside, retry_aside
from sync.wire.batch import BatchOrigin, encode_batch
from sync.wire.messages import Ack, Hello, HelloAnswer, Verdict
from sync.wire.topics import up_topic
from tests.stage.hub_tables import count
from tests.talking_device import NOON, cola, receipt

TILL = ("linguang", "s01", "s01-till")
QUOTA = 64 << 20


def open_outbox(path: Path, at: datetime) -> Outbox:
    return Outbox.open(path, clock=ManualClock(at), quota_bytes=QUOTA, rng=Random(at.minute))


def greet(outbox: Outbox, ingest: Ingest, at: datetime) -> HelloAnswer:
    epoch, nonce, runs_before = outbox.identity()
    stamp = outbox.clock.stamp()
    hello = Hello(
        device="s01-till",
        epoch=epoch,
        nonce=nonce,
        run=outbox.run,
        runs_before=runs_before,
        lanes=tuple(outbox.lane_states()),
        agent_version="0.1.0",
        boot_id=stamp.boot_id,
        monotonic_ms=stamp.monotonic_ms,
        wall_at=stamp.wall_at,
        clock=stamp.clock,
    )
    message = Message(topic=up_topic(*TILL, None), payload=hello.to_bytes(), received_at=at)
    (answer,) = ingest.take([message]).answers
    assert answer is not None
    return HelloAnswer.from_bytes(answer.payload)


def send(outbox: Outbox, ingest: Ingest, at: datetime, *, most: int = 100) -> None:
    """Says hello, then sends `most` of what waits in each lane."""
    answer = greet(outbox, ingest, at)
    assert answer.verdict is Verdict.WELCOME
    outbox.settle(answer)
    for key, spans in outbox.waiting().items():
        for first, last in spans:
            outgoing = outbox.read(key, first, min(last, first + most - 1))
            payload, _ = encode_batch(
                outgoing.records,
                BatchOrigin(
                    device="s01-till",
                    run=outbox.run,
                    epoch=key[0],
                    lane=key[1],
                    base=outgoing.base,
                    next_seq=outgoing.next_seq,
                    lost=outgoing.lost,
                ),
            )
            message = Message(topic=up_topic(*TILL, key[1]), payload=payload, received_at=at)
            (told,) = ingest.take([message]).answers
            assert told is not None
            ranges = Ack.from_bytes(told.payload).ranges
            outbox.acknowledge(Acknowledged(key=key, ranges=ranges))


def waiting(database: Database) -> int:
    with database.sessions() as session:
        accounts = audit_link(session).accounts
        assert all(account.is_balanced for account in accounts)
        return sum(account.waiting for account in accounts)


@pytest.fixture
def path(tmp_path: Path, ingest: Ingest, database: Database) -> Path:
    """A till that sold twenty times, sent five and whose outbox was damaged then."""
    path = tmp_path / "agent.db"
    outbox = open_outbox(path, NOON)
    outbox.append(*[receipt(number, cola()) for number in range(20)])
    send(outbox, ingest, NOON, most=5)
    outbox.close()
    content = bytearray(path.read_bytes())
    page = content.index(b'"sequence":19') // 4096 * 4096
    content[page : page + 4096] = bytes(4096)
    path.write_bytes(content)
    later = NOON + timedelta(hours=1)
    after = open_outbox(path, later)
    send(after, ingest, later)
    after.close()
    assert waiting(database) == 15
    return path


def connect_again(path: Path, ingest: Ingest) -> None:
    at = NOON + timedelta(hours=2)
    outbox = open_outbox(path, at)
    send(outbox, ingest, at)
    send(outbox, ingest, at)
    outbox.close()


def reasons(database: Database) -> dict[str, int]:
    with database.sessions() as session:
        losses = declared_losses(session)
        open_alarms = sa.select(AlarmRaised).where(AlarmRaised.cleared_at.is_(None))
        assert session.scalars(open_alarms).all() == [], "the damage is settled"
    return {loss.reason: loss.events for loss in losses}


def test_what_could_still_be_read_arrives_and_the_rest_is_lost_for_its_reason(
    path: Path, ingest: Ingest, database: Database
) -> None:
    decided = retry_aside(path, quota_bytes=QUOTA)
    assert (decided.sent > 0, decided.sent + decided.lost) == (True, 15)
    connect_again(path, ingest)
    assert waiting(database) == 0
    assert count(database, Receipt) == 5 + decided.sent
    assert reasons(database) == {"damaged on disk": decided.lost}


def test_what_was_given_up_is_lost_for_that_reason(
    path: Path, ingest: Ingest, database: Database
) -> None:
    give_up_aside(path, quota_bytes=QUOTA)
    connect_again(path, ingest)
    assert waiting(database) == 0
    assert count(database, Receipt) == 5
    assert reasons(database) == {"given up by hand": 15}


def test_an_outbox_that_is_gone_with_its_disk_is_given_up_by_what_the_hub_misses(
    path: Path, ingest: Ingest, database: Database
) -> None:
    for file in path.parent.glob("agent.db*"):
        file.unlink()
    renewed = NOON + timedelta(hours=1, minutes=30)
    outbox = open_outbox(path, renewed)
    answer = greet(outbox, ingest, renewed)
    assert answer.verdict is Verdict.RENEW
    outbox.renew(answer.epoch)
    send(outbox, ingest, renewed)
    outbox.close()
    assert waiting(database) == 15
    give_up_aside(path, quota_bytes=QUOTA)
    connect_again(path, ingest)
    assert waiting(database) == 0
    with database.sessions() as session:
        (loss,) = declared_losses(session)
    assert (loss.reason, loss.events) == ("given up by hand", 15)
