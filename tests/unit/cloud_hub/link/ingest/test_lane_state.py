"""The link's books as transactions leave them: ranges, claims, losses, repeats."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest import lane_state
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.lane_state import LaneBooks
from cloud_hub.link.tables import (
    DeviceConnection,
    Epoch,
    LaneClaim,
    LostRange,
    ReceivedRange,
    ResendCount,
)
from cloud_hub.master_data.place_tables import DeviceRow
from sync.core.arrivals import RangeSet
from sync.events import Lane
from sync.wire.batch import Loss
from tests.stage.hub_tables import rows
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def till(sales: int = 10) -> TalkingDevice:
    device = TalkingDevice()
    device.say(*(receipt(number, cola()) for number in range(sales)))
    return device


def part(device: TalkingDevice, first: int, last: int, **more: object) -> object:
    """The batch of sales `first` to `last`."""
    return device.batch(Lane.SALE, device.records[Lane.SALE][first - 1 : last], **more)


def ranges(database: Database) -> list[tuple[int, int]]:
    return sorted((row.first, row.last) for row in rows(database, ReceivedRange))


def test_ranges_that_come_apart_meet_when_the_hole_is_filled(
    ingest: Ingest, database: Database
) -> None:
    device = till()
    ingest.take([device.hello(), part(device, 1, 2), part(device, 5, 6)])
    assert ranges(database) == [(1, 2), (5, 6)]
    ingest.take([part(device, 3, 4)])
    assert ranges(database) == [(1, 6)]
    ingest.take([part(device, 9, 10), part(device, 7, 8)])
    assert ranges(database) == [(1, 10)]


@pytest.mark.parametrize("read_at_once", [0, 2, 1000])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    groups=st.lists(
        st.lists(st.tuples(st.integers(1, 60), st.integers(0, 5)), max_size=6), max_size=6
    )
)
def test_ranges_are_the_union_of_what_came_however_it_came(
    hub_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    groups: list[list[tuple[int, int]]],
    read_at_once: int,
) -> None:
    monkeypatch.setattr(lane_state, "RANGES_READ", read_at_once)
    key, union = ("linguang", "s01-till", 1, 0), RangeSet()
    with hub_database.writing() as session:
        session.execute(sa.delete(ReceivedRange))
    for group in groups:
        claims = [(key, first, first + more) for first, more in group]
        with hub_database.writing() as session:
            books = LaneBooks(session, NOON)
            books.prefetch([key[:2]], claims[::2])
            for _, first, last in claims:
                fresh = books.receive(key, first, last)
                assert fresh.ranges() == RangeSet.of(union.missing(first, last)).ranges()
                union.add(first, last)
            books.write()
        assert ranges(hub_database) == union.ranges()


def test_of_a_lane_with_many_holes_a_batch_reads_what_it_touches(hub_database: Database) -> None:
    key = ("linguang", "s01-till", 1, 0)
    with hub_database.writing() as session:
        books = LaneBooks(session, NOON)
        for number in range(1500):
            books.receive(key, 1 + 10 * number, 5 + 10 * number)
        books.write()
    with hub_database.writing() as session:
        books = LaneBooks(session, NOON)
        books.prefetch([key[:2]], [(key, 2_006, 2_010)])
        assert len(books.receive(key, 2_006, 2_010)) == 5
        assert len(books._lanes[key].stored) == 2
        books.write()
    assert (2_001, 2_015) in ranges(hub_database)
    assert len(ranges(hub_database)) == 1499


def test_numbers_that_come_again_are_counted_and_nothing_else(
    ingest: Ingest, database: Database
) -> None:
    device = till()
    ingest.take([device.hello(), part(device, 1, 6)])
    ingest.take([part(device, 4, 8)])
    (repeats,) = rows(database, ResendCount)
    assert (repeats.events, ranges(database)) == (3, [(1, 8)])


def test_the_furthest_claim_stands_whatever_comes_late(ingest: Ingest, database: Database) -> None:
    device = till()
    ingest.take([device.hello(), part(device, 1, 4, base=3)])
    early = TalkingDevice()
    early.say(*(receipt(number, cola()) for number in range(2)))
    ingest.take([part(early, 1, 2)])
    (claim,) = (row for row in rows(database, LaneClaim) if row.lane == int(Lane.SALE))
    assert (claim.next_seq, claim.base) == (11, 3)


def test_a_loss_told_again_and_longer_is_kept_once_at_its_longest(
    ingest: Ingest, database: Database
) -> None:
    device = till()
    short = Loss(first=1, last=4, bytes=40, reason="quota")
    long = Loss(first=1, last=6, bytes=60, reason="quota")
    ingest.take([device.hello(), part(device, 8, 8, lost=[short], base=8)])
    ingest.take([part(device, 9, 9, lost=[long], base=8)])
    ingest.take([part(device, 10, 10, lost=[short], base=8)])
    (loss,) = rows(database, LostRange)
    assert (loss.first, loss.last, loss.bytes) == (1, 6, 60)


def test_lanes_and_epochs_are_booked_apart(ingest: Ingest, database: Database) -> None:
    device = till(2)
    device.say_raw(Lane.METRIC, "of-tomorrow", b"{}")
    ingest.take([device.hello(), *device.batches()])
    renewed = TalkingDevice(epoch=2, nonce="n2", run="r2")
    renewed.say(receipt(99, cola()))
    later = NOON + timedelta(hours=1)
    ingest.take([renewed.hello(received_at=later), *renewed.batches(received_at=later)])
    booked = {(row.epoch, row.lane): (row.first, row.last) for row in rows(database, ReceivedRange)}
    assert booked == {
        (1, int(Lane.SALE)): (1, 2),
        (1, int(Lane.METRIC)): (1, 1),
        (2, int(Lane.SALE)): (1, 1),
    }


def test_what_was_produced_before_the_first_hello_is_history_for_good(
    ingest: Ingest, database: Database
) -> None:
    device = till(4)
    ingest.take([device.hello()])
    device.say(receipt(98, cola()))
    ingest.take([device.hello()])
    (claim,) = (row for row in rows(database, LaneClaim) if row.lane == int(Lane.SALE))
    assert (claim.opening_seq, claim.next_seq) == (5, 6)


def test_whoever_is_heard_is_linked_and_dated(ingest: Ingest, database: Database) -> None:
    device = till()
    ingest.take([device.hello()])
    later = NOON + timedelta(minutes=3)
    ingest.take([part(device, 1, 2, received_at=later)])
    with database.sessions() as session:
        known = session.get_one(DeviceRow, ("linguang", "s01-till"))
        assert (known.first_connected_at, known.heard_at) == (NOON, later)
        links = session.scalars(sa.select(DeviceConnection)).all()
        assert [(link.started_at, link.ended_at) for link in links] == [(NOON, None)]


def test_openings_of_a_devices_file_are_remembered_newest_first(
    ingest: Ingest, database: Database
) -> None:
    for run in ("r1", "r2", "r3", "r2"):
        ingest.take([TalkingDevice(run=run).hello(runs_before=("r1", "r2", "r3"))])
    (epoch,) = rows(database, Epoch)
    assert epoch.runs == ["r2", "r3", "r1"]
