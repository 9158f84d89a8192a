"""A device's past in a real outbox."""

from datetime import UTC, datetime, timedelta
from random import Random

from simulators.day.footfall import DoorMinute, footfall_of
from simulators.day.problems import EVICTED_EVENTS
from simulators.playback.journal import Entry
from simulators.playback.pasts import open_outbox, write_past, write_past_on_small_disk
from sync.events import Lane
from sync.outbox.outbox import Acknowledged

BEGINS_AT = datetime(2026, 11, 22, 1, tzinfo=UTC)


def entries(count, *, minutes=1, begins_at=BEGINS_AT):
    made = []
    for number in range(count):
        at = begins_at + number * minutes * timedelta(minutes=1)
        body = footfall_of(
            [
                DoorMinute(starts_at=at + timedelta(minutes=m), entries=1, exits=1, staff=0)
                for m in range(minutes)
            ]
        )
        made.append(Entry(at=at + timedelta(minutes=minutes), body=body))
    return made


def test_each_event_bears_the_time_at_which_it_was_recorded(tmp_path):
    outbox = open_outbox(tmp_path / "door", at=BEGINS_AT, rng=Random(1))
    write_past(outbox, entries(1200))
    with outbox.reading() as connection:
        first, last, rows = connection.execute(
            "SELECT min(wall_ms), max(wall_ms), count(*) FROM outbox"
        ).fetchone()
    outbox.close()
    assert rows == 1200
    assert last - first == 1199 * 60_000
    assert first == (BEGINS_AT + timedelta(minutes=1)).timestamp() * 1000


def test_a_small_disk_gives_up_exactly_what_the_script_says(tmp_path):
    given_up = EVICTED_EVENTS
    folder = tmp_path / "door"
    outbox = open_outbox(folder, at=BEGINS_AT, rng=Random(1))
    write_past(outbox, entries(240, minutes=60, begins_at=BEGINS_AT - timedelta(days=10)))
    outbox.acknowledge(Acknowledged(key=(1, Lane.METRIC), ranges=((1, 240),)))
    outbox.close()
    today = entries(given_up) + entries(
        5, minutes=60, begins_at=BEGINS_AT + timedelta(minutes=given_up)
    )
    write_past_on_small_disk(folder, today, given_up, rng=Random(2))
    outbox = open_outbox(folder, at=BEGINS_AT, rng=Random(3))
    books = {book.lane: book for book in outbox.books()}
    outbox.close()
    assert books[Lane.METRIC].lost == given_up
    assert books[Lane.METRIC].waiting == 5
    assert books[Lane.ALERT].waiting == 1  # the loss record
