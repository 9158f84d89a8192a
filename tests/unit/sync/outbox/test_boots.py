"""Boots of a device, and when each came to know the time."""

from tests.stage.outbox_bodies import SALE


def books_of(outbox, lane, epoch=1):
    return next(b for b in outbox.books() if (b.lane, b.epoch) == (lane, epoch))


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
