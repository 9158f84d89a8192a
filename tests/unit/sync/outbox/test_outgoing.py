"""Events on their way: read back whole, or lost alone."""

import json

from sync.events import Lane
from sync.outbox.losses import DAMAGED
from sync.outbox.outbox import Acknowledged
from tests.stage.outbox_bodies import METRIC


def books_of(outbox, lane, epoch=1):
    return next(b for b in outbox.books() if (b.lane, b.epoch) == (lane, epoch))


def acknowledge(outbox, key, *ranges):
    return outbox.acknowledge(Acknowledged(key=key, ranges=ranges))


def test_what_was_appended_is_read_back_as_it_was_stamped(outbox, bodies, clock):
    clock.advance(1.5)
    outbox.append(bodies.reading(None))
    (record,) = outbox.read(METRIC, 1, 9).records
    assert record.stamp == clock.stamp()
    assert json.loads(record.body)["temperature_c"] == [None]


def test_a_record_whose_bytes_changed_on_disk_is_lost_alone(outbox, bodies):
    outbox.append(*[bodies.reading() for _ in range(3)])
    with outbox.transaction() as transaction:
        transaction.connection.execute("UPDATE outbox SET body=x'7b7d' WHERE seq=2")
    assert len(outbox.read(METRIC, 1, 9).records) == 1
    assert outbox.read(METRIC, 2, 9).is_damaged
    outbox.give_up(METRIC, 2, DAMAGED)
    books = books_of(outbox, Lane.METRIC)
    assert (books.lost, books.waiting) == (1, 2)
    assert books.balanced
