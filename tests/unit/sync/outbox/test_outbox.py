import contextlib
import json
import sqlite3

import pytest

from sync.core.errors import NewerOutbox, OutboxFull, OutboxUnusable, RecordTooBig
from sync.events import Alarm, AlarmState, Lane
from sync.outbox.lane_books import read_books, rows_waiting
from sync.outbox.losses import DAMAGED
from sync.outbox.outbox import Acknowledged
from sync.wire.messages import HelloAnswer, LaneKnown
from tests.stage.outbox_bodies import NOW

METRIC = (1, Lane.METRIC)
SALE = (1, Lane.SALE)


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


def test_the_first_trusted_time_of_a_boot_is_kept_for_the_boots_after_it(outbox, bodies, clock):
    clock.trusted = False
    outbox.append(bodies.sale(1))
    clock.trusted = True
    clock.advance(60)
    known_at, known_s = clock.now(), clock.monotonic_s()
    outbox.append(bodies.sale(2))
    clock.advance(60)
    outbox.append(bodies.sale(3))
    assert outbox.anchors() == ()
    clock.boot_id, clock.trusted = "next", False
    outbox.append(bodies.sale(4))
    (anchor,) = outbox.anchors()
    assert (anchor.boot_id, anchor.wall_at) == ("manual", known_at)
    assert anchor.monotonic_ms == known_s * 1000


def test_a_rolled_back_savepoint_leaves_no_gap_and_no_dangling_boot(outbox, bodies, clock):
    clock.boot_id = "another"
    with outbox.transaction() as transaction:
        transaction.connection.execute("SAVEPOINT sale")
        transaction.append(bodies.sale())
        transaction.connection.execute("ROLLBACK TO sale")
        assert transaction.append(bodies.sale()).seq == 1
    records = outbox.read(SALE, 1, 9).records
    assert [record.stamp.boot_id for record in records] == ["another"]


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


def test_what_was_appended_is_read_back_as_it_was_stamped(outbox, bodies, clock):
    clock.advance(1.5)
    outbox.append(bodies.reading(None))
    (record,) = outbox.read(METRIC, 1, 9).records
    assert record.stamp == clock.stamp()
    assert json.loads(record.body)["temperature_c"] == [None]


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


def test_acknowledged_rows_stay_three_days_and_sales_thirty(outbox, bodies, clock):
    outbox.append(bodies.reading(), bodies.sale())
    acknowledge(outbox, METRIC, (1, 1))
    acknowledge(outbox, SALE, (1, 1))
    clock.jump(400 * 86_400)
    assert outbox.drop_expired() == 0
    clock.advance(72 * 3600 + 1)
    assert outbox.drop_expired() == 1
    assert books_of(outbox, Lane.SALE).kept == 1
    clock.advance(28 * 86_400)
    assert outbox.drop_expired() == 1
    assert all(b.balanced for b in outbox.books())


def test_running_time_adds_up_over_restarts(open_outbox, bodies, clock):
    outbox = open_outbox()
    outbox.append(bodies.reading())
    acknowledge(outbox, METRIC, (1, 1))
    clock.advance(40 * 3600)
    outbox.drop_expired()
    again = open_outbox()
    clock.advance(40 * 3600)
    assert again.drop_expired() == 1


def test_the_quota_gives_up_media_then_metrics_and_says_so(open_outbox, bodies):
    outbox = open_outbox(quota_bytes=1 << 20)
    outbox.append(*[bodies.picture() for _ in range(500)])
    for _ in range(60):
        outbox.append(*[bodies.reading() for _ in range(100)])
    media, metric = books_of(outbox, Lane.MEDIA), books_of(outbox, Lane.METRIC)
    assert (media.lost, media.waiting) == (500, 0)
    assert metric.lost > 0
    assert metric.waiting > 1000
    assert metric.base == metric.lost + 1
    alerts = outbox.read((1, Lane.ALERT), 1, 99).records
    declared = [json.loads(record.body) for record in alerts]
    assert sum(d["last"] - d["first"] + 1 for d in declared if d["lost_lane"] == 4) == 500
    assert {d["reason"] for d in declared} == {"quota"}
    assert all(b.balanced for b in outbox.books())
    lost = outbox.read(METRIC, metric.base, 9999).lost
    assert sum(loss.last - loss.first + 1 for loss in lost) == metric.lost


def test_what_was_given_up_on_its_way_and_arrived_is_no_loss(open_outbox, bodies):
    outbox = open_outbox(quota_bytes=1 << 20)
    for _ in range(60):
        outbox.append(*[bodies.reading() for _ in range(100)])
    before = books_of(outbox, Lane.METRIC)
    known = LaneKnown(
        epoch=1,
        lane=Lane.METRIC,
        watermark=before.lost,
        highest=before.produced,
        missing=((before.lost + 1, before.produced),),
        arrived=((1, 50),),
    )
    outbox.settle(HelloAnswer(run=outbox.run, epoch=1, lanes=(known,), hub_at=NOW))
    after = books_of(outbox, Lane.METRIC)
    assert (after.acknowledged, after.lost) == (50, before.lost - 50)
    assert (after.waiting, after.balanced) == (before.waiting, True)


def test_metrics_leave_a_fifth_of_the_quota_to_sales(open_outbox, bodies):
    outbox = open_outbox(quota_bytes=1 << 20)
    for _ in range(60):
        outbox.append(*[bodies.reading() for _ in range(100)])
    assert outbox.fullness() <= 0.82


def fill_with_sales(outbox, bodies):
    for number in range(0, 100_000, 20):
        try:
            outbox.append(*[bodies.sale(number + i) for i in range(20)])
        except OutboxFull:
            return number
    raise AssertionError("the outbox never filled")


def test_a_sale_is_never_given_up_and_the_till_is_told(open_outbox, bodies):
    outbox = open_outbox(quota_bytes=1 << 20)
    outbox.append(*[bodies.reading() for _ in range(500)])
    sold = fill_with_sales(outbox, bodies)
    sales = books_of(outbox, Lane.SALE)
    assert (sales.produced, sales.waiting, sales.lost) == (sold, sold, 0)
    assert books_of(outbox, Lane.METRIC).lost == 500


def test_a_full_outbox_counts_what_it_cannot_take_and_sells_again_after_an_acknowledgement(
    open_outbox, bodies
):
    outbox = open_outbox(quota_bytes=1 << 20)
    sold = fill_with_sales(outbox, bodies)
    outbox.append(bodies.reading(), bodies.picture(), bodies.alarm())
    assert [books_of(outbox, lane).lost for lane in (1, 3, 4)] == [1, 1, 1]
    acknowledge(outbox, SALE, (1, sold))
    outbox.append(bodies.sale())
    assert all(b.balanced for b in outbox.books())


def test_acknowledged_rows_make_room_before_anything_is_lost(open_outbox, bodies):
    outbox = open_outbox(quota_bytes=1 << 20)
    for number in range(60):
        outbox.append(*[bodies.reading() for _ in range(100)])
        acknowledge(outbox, METRIC, (1, 100 * (number + 1)))
    books = books_of(outbox, Lane.METRIC)
    assert (books.acknowledged, books.lost) == (6000, 0)
    assert 0 < books.kept < 6000


def huge(kind, random_text):
    return Alarm(alarm="x", subject="a", state=AlarmState.RAISED, at=NOW, detail=random_text)


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


def test_a_damaged_file_is_put_aside_and_selling_goes_on_under_a_new_epoch(
    open_outbox, bodies, tmp_path
):
    outbox = open_outbox()
    outbox.append(*[bodies.sale(i) for i in range(100)])
    outbox.close()
    content = bytearray((tmp_path / "agent.db").read_bytes())
    content[4096:12288] = bytes(range(256)) * 32
    (tmp_path / "agent.db").write_bytes(content)
    again = open_outbox()
    assert again.epoch == 2
    assert again.append(bodies.sale())[0].epoch == 2
    assert (tmp_path / "agent.db.damaged-1").read_bytes() == bytes(content)
    (alarm,) = again.read((2, Lane.ALERT), 1, 9).records
    assert json.loads(alarm.body)["alarm"] == "outbox-damaged"


def test_a_file_that_is_no_database_is_put_aside(open_outbox, tmp_path):
    (tmp_path / "agent.db").write_bytes(b"not a database at all " * 500)
    assert open_outbox().epoch == 1
    assert (tmp_path / "agent.db.damaged-1").exists()


def test_a_file_of_a_newer_version_is_refused_and_untouched(open_outbox, tmp_path):
    open_outbox().close()
    connection = sqlite3.connect(tmp_path / "agent.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(NewerOutbox, match="schema 99"):
        open_outbox()


def test_a_folder_that_cannot_be_made_is_said_in_one_line(open_outbox, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutboxUnusable):
        open_outbox("file/agent.db")


def test_an_older_file_is_brought_up_to_date(open_outbox, tmp_path, monkeypatch):
    from sync.outbox import outbox_file

    with monkeypatch.context() as older:
        older.setattr(outbox_file, "LADDER", outbox_file.LADDER[:1])
        older.setattr(outbox_file, "SCHEMA_VERSION", 1)
        outbox_file.prepare(tmp_path / "agent.db")
    with open_outbox().reading() as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


def test_another_process_can_look_at_the_books(outbox, bodies, tmp_path):
    outbox.append(bodies.sale())
    assert read_books(tmp_path / "agent.db") == outbox.books()


def test_waiting_agrees_with_the_rows_themselves(outbox, bodies):
    outbox.append(*[bodies.reading() for _ in range(10)])
    acknowledge(outbox, METRIC, (2, 5))
    with outbox.reading() as connection:
        assert rows_waiting(connection, METRIC) == books_of(outbox, Lane.METRIC).waiting == 6


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


def test_a_new_epoch_takes_along_what_no_hub_has_seen_and_its_losses(open_outbox, bodies):
    outbox = open_outbox(quota_bytes=1 << 20)
    for _ in range(60):
        outbox.append(*[bodies.reading() for _ in range(100)])
    before = books_of(outbox, Lane.METRIC)
    outbox.renew(7)
    after = books_of(outbox, Lane.METRIC, epoch=7)
    assert books_of(outbox, Lane.METRIC).produced == 0
    assert (after.produced, after.lost, after.waiting) == (6000, before.lost, before.waiting)
    declared = [json.loads(r.body) for r in outbox.read((7, Lane.ALERT), 1, 999).records]
    assert {d["lost_epoch"] for d in declared} == {7}
    assert sum(d["last"] - d["first"] + 1 for d in declared) == before.lost
    assert outbox.append(bodies.sale())[0].epoch == 7
    assert all(b.balanced for b in outbox.books())


def test_a_new_epoch_leaves_what_a_hub_may_have_under_its_old_numbers(outbox, bodies):
    outbox.append(*[bodies.sale(i) for i in range(5)])
    with outbox.transaction() as transaction:
        # As after a hello.
        transaction.connection.execute("UPDATE lane SET unmet_from=NULL")
    outbox.renew(2)
    assert books_of(outbox, Lane.SALE).waiting == 5
    assert outbox.append(bodies.sale())[0].seq == 1
