"""Where every event of a lane is."""

from sync.events import Lane
from sync.outbox.lane_books import read_books, rows_waiting
from sync.outbox.outbox import Acknowledged
from tests.stage.outbox_bodies import METRIC


def books_of(outbox, lane, epoch=1):
    return next(b for b in outbox.books() if (b.lane, b.epoch) == (lane, epoch))


def acknowledge(outbox, key, *ranges):
    return outbox.acknowledge(Acknowledged(key=key, ranges=ranges))


def test_the_books_say_where_every_event_is(outbox, bodies):
    outbox.append(*[bodies.reading() for _ in range(10)])
    assert acknowledge(outbox, METRIC, (1, 3), (6, 7)) == 5
    assert acknowledge(outbox, METRIC, (2, 4)) == 1
    books = books_of(outbox, Lane.METRIC)
    assert (books.produced, books.acknowledged, books.waiting, books.base) == (10, 6, 4, 5)
    assert books.balanced
    assert outbox.waiting()[METRIC] == [(5, 5), (8, 10)]


def test_an_acknowledgement_of_numbers_never_given_out_is_clipped(outbox, bodies):
    outbox.append(bodies.reading())
    acknowledge(outbox, METRIC, (1, 1000))
    outbox.append(bodies.reading())
    assert books_of(outbox, Lane.METRIC).waiting == 1


def test_another_process_can_look_at_the_books(outbox, bodies, tmp_path):
    outbox.append(bodies.sale())
    assert read_books(tmp_path / "agent.db") == outbox.books()


def test_waiting_agrees_with_the_rows_themselves(outbox, bodies):
    outbox.append(*[bodies.reading() for _ in range(10)])
    acknowledge(outbox, METRIC, (2, 5))
    with outbox.reading() as connection:
        assert rows_waiting(connection, METRIC) == books_of(outbox, Lane.METRIC).waiting == 6
