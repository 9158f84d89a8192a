"""Room in the outbox: what is given up, and what never is."""

import json

from sync.core.errors import OutboxFull
from sync.events import Alarm, AlarmState, Lane
from sync.outbox.outbox import Acknowledged
from sync.wire.messages import HelloAnswer, LaneKnown
from tests.stage.outbox_bodies import METRIC, NOW, SALE


def books_of(outbox, lane, epoch=1):
    return next(b for b in outbox.books() if (b.lane, b.epoch) == (lane, epoch))


def acknowledge(outbox, key, *ranges):
    return outbox.acknowledge(Acknowledged(key=key, ranges=ranges))


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


def huge(kind, text):
    """In fields that this version does not know, each as long as a text may be."""
    parts = [text[at : at + 50_000] for at in range(0, len(text), 50_000)]
    return Alarm(alarm="x", subject="a", state=AlarmState.RAISED, at=NOW, more=parts)


def random_text(size):
    from random import Random

    return Random(1).randbytes(size).hex()
