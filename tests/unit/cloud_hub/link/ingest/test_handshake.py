"""What a device is told when it says hello."""

from datetime import timedelta

import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.link_status import LinkState, fleet_freshness, linked_devices
from cloud_hub.link.broker.connections import end_silent_connections
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import AlarmRaised, DeviceConnection
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.tables import Receipt
from sync.events import Lane
from sync.wire.batch import Loss
from sync.wire.messages import HelloAnswer, Verdict
from tests.stage.hub_tables import count
from tests.talking_device import NOON, TalkingDevice, answer_of, cola, receipt


def test_a_hello_is_answered_with_what_is_missing(ingest: Ingest) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(10)))
    records = till.records[Lane.SALE]
    ingest.take([till.hello(), till.batch(Lane.SALE, records[0:2])])
    ingest.take([till.batch(Lane.SALE, records[5:7])])
    answer = answer_of(till.hello(), ingest)
    assert answer.verdict is Verdict.WELCOME
    sale = next(lane for lane in answer.lanes if lane.lane is Lane.SALE)
    assert (sale.watermark, sale.highest) == (2, 10)
    assert sale.missing == ((3, 5), (8, 10))


def test_many_gaps_are_never_told_as_fewer_missing_events(ingest: Ingest) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(200)))
    records = till.records[Lane.SALE]
    ingest.take([till.hello()])
    ingest.take([till.batch(Lane.SALE, records[n : n + 1]) for n in range(0, 200, 2)])
    sale = next(x for x in answer_of(till.hello(), ingest).lanes if x.lane is Lane.SALE)
    told = {seq for first, last in sale.missing for seq in range(first, last + 1)}
    assert set(range(2, 201, 2)) <= told


def test_a_clone_is_fenced_and_alarmed(ingest: Ingest, database: Database) -> None:
    till, clone = TalkingDevice(run="r1"), TalkingDevice(nonce="n2", run="r2")
    clone.say(receipt(1, cola()))
    ingest.take([till.hello()])
    assert answer_of(clone.hello(), ingest).verdict is Verdict.FENCED
    (answer,) = ingest.take(clone.batches()).answers
    assert answer is not None
    assert HelloAnswer.from_bytes(answer.payload).verdict is Verdict.AGAIN
    assert count(database, Receipt) == 0
    with database.sessions() as session:
        (alarm,) = session.scalars(sa.select(AlarmRaised))
        assert alarm.alarm == "identity-used-twice"


def test_a_restored_device_goes_on_under_a_new_epoch(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice(run="r1")
    till.say(receipt(1, cola()))
    ingest.take([till.hello(), *till.batches()])
    later = NOON + timedelta(hours=1)
    restored = TalkingDevice(run="r9")
    answer = answer_of(restored.hello(received_at=later), ingest)
    assert (answer.verdict, answer.epoch) == (Verdict.RENEW, 2)
    renewed = TalkingDevice(epoch=2, nonce="n9", run="r9")
    renewed.say(receipt(2, cola()))
    assert answer_of(renewed.hello(received_at=later), ingest).verdict is Verdict.WELCOME
    ingest.take(renewed.batches(received_at=later))
    assert count(database, Receipt) == 2


def test_a_hello_is_answered_with_what_arrived_though_the_device_gave_it_up(
    ingest: Ingest,
) -> None:
    till = TalkingDevice(kind="cooler")
    for _ in range(50):
        till.say_raw(Lane.METRIC, "cooler-of-tomorrow", b"{}")
    records = till.records[Lane.METRIC]
    loss = Loss(first=11, last=30, bytes=999, reason="quota")
    ingest.take([till.hello(), till.batch(Lane.METRIC, records[:20])])
    ingest.take([till.batch(Lane.METRIC, records[30:], lost=[loss], base=31)])
    metric = next(x for x in answer_of(till.hello(), ingest).lanes if x.lane is Lane.METRIC)
    assert (metric.watermark, metric.missing) == (50, ())
    assert metric.arrived == ((11, 20),)


def test_a_till_that_sells_nothing_for_a_day_is_linked_all_day(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    for minute in range(0, 24 * 60, 4):
        now = NOON + timedelta(minutes=minute)
        ingest.take([till.hello(received_at=now)])
        with database.writing() as session:
            end_silent_connections(session, now + timedelta(minutes=4))
    with database.sessions() as session:
        (link,) = session.scalars(sa.select(DeviceConnection))
        assert (link.started_at, link.ended_at) == (NOON, None)
        chain = read_chain(session, "linguang")
        assert chain is not None
        day_later = NOON + timedelta(days=1)
        linked = linked_devices(session, "linguang")
        state = fleet_freshness(chain.devices, {}, {}, linked, day_later)["s01-till"].state
        assert state is LinkState.ONLINE


def test_an_agent_that_was_started_anew_has_a_new_link(ingest: Ingest, database: Database) -> None:
    later = NOON + timedelta(hours=1)
    ingest.take([TalkingDevice(run="r1").hello()])
    ingest.take([TalkingDevice(run="r2").hello(received_at=later, runs_before=["r1"])])
    with database.sessions() as session:
        query = sa.select(DeviceConnection).order_by(DeviceConnection.started_at)
        links = [(link.started_at, link.ended_at) for link in session.scalars(query)]
    assert links == [(NOON, later), (later, None)]
