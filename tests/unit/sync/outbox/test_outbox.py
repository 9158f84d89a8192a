import contextlib

import pytest

from sync.core.errors import RecordTooBig
from sync.events import Alarm, AlarmState, Lane
from sync.outbox.outbox import Acknowledged
from tests.stage.outbox_bodies import METRIC, NOW


def books_of(outbox, lane, epoch=1):
    return next(b for b in outbox.books() if (b.lane, b.epoch) == (lane, epoch))


def acknowledge(outbox, key, *ranges):
    return outbox.acknowledge(Acknowledged(key=key, ranges=ranges))


def test_sequence_numbers_count_from_one_in_every_lane(outbox, bodies):
    ids = outbox.append(bodies.sale(), bodies.reading(), bodies.sale(), bodies.alarm())
    assert [(i.epoch, i.lane, i.seq) for i in ids] == [
        (1, Lane.SALE, 1),
        (1, Lane.METRIC, 1),
        (1, Lane.SALE, 2),
        (1, Lane.ALERT, 1),
    ]
    assert str(ids[2]) == "1/0/2"


def test_a_rolled_back_transaction_leaves_no_gap(outbox, bodies):
    with contextlib.suppress(KeyError), outbox.transaction() as transaction:
        transaction.append(bodies.sale())
        raise KeyError
    assert outbox.append(bodies.sale())[0].seq == 1


def test_a_business_write_and_its_event_are_kept_or_lost_together(outbox, bodies):
    with outbox.transaction() as transaction:
        transaction.connection.execute("CREATE TABLE till(n INTEGER)")
    with contextlib.suppress(KeyError), outbox.transaction() as transaction:
        transaction.connection.execute("INSERT INTO till VALUES(1)")
        transaction.append(bodies.sale())
        raise KeyError
    with outbox.reading() as connection:
        assert connection.execute("SELECT count(*) FROM till").fetchone() == (0,)
    assert books_of(outbox, Lane.SALE).produced == 0


def test_running_time_adds_up_over_restarts(open_outbox, bodies, clock):
    outbox = open_outbox()
    outbox.append(bodies.reading())
    acknowledge(outbox, METRIC, (1, 1))
    clock.advance(40 * 3600)
    outbox.drop_expired()
    again = open_outbox()
    clock.advance(40 * 3600)
    assert again.drop_expired() == 1


def huge(kind, text):
    """In fields that this version does not know, each as long as a text may be."""
    parts = [text[at : at + 50_000] for at in range(0, len(text), 50_000)]
    return Alarm(alarm="x", subject="a", state=AlarmState.RAISED, at=NOW, more=parts)


def random_text(size):
    from random import Random

    return Random(1).randbytes(size).hex()


def test_an_event_that_fits_no_batch_becomes_a_dead_letter_and_a_loss(outbox, bodies):
    outbox.append(huge("alarm", random_text(80_000)), bodies.alarm())
    books = books_of(outbox, Lane.ALERT)
    # The loss record itself is an alert.
    assert (books.produced, books.lost, books.waiting) == (3, 1, 2)
    with outbox.reading() as connection:
        assert connection.execute("SELECT seq, error FROM dead_letter").fetchone() == (
            1,
            "oversize",
        )


def test_a_long_event_that_packs_well_is_no_problem(outbox):
    outbox.append(huge("alarm", "a" * 200_000))
    assert books_of(outbox, Lane.ALERT).lost == 0


def test_a_sale_that_fits_no_batch_is_refused_whole(outbox, bodies):
    sale = bodies.sale().model_copy(update={"origin": random_text(80_000)})
    with pytest.raises(RecordTooBig, match="split it"):
        outbox.append(bodies.sale(), sale)
    assert books_of(outbox, Lane.SALE).produced == 0


def test_two_openings_of_one_file_write_in_turns(open_outbox, bodies):
    one, two = open_outbox(), open_outbox()
    for _ in range(50):
        one.append(bodies.sale())
        two.append(bodies.sale())
    assert books_of(one, Lane.SALE).produced == 100
    assert one.run != two.run


def test_a_listener_hears_of_every_commit(outbox, bodies):
    heard = []
    forget = outbox.on_change(lambda: heard.append(1))
    outbox.append(bodies.sale())
    forget()
    outbox.append(bodies.sale())
    assert heard == [1]
