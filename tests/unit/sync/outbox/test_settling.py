"""What becomes of waiting events when a hub has answered."""

import json

from sync.events import Lane
from sync.outbox.outbox import Acknowledged


def books_of(outbox, lane, epoch=1):
    return next(b for b in outbox.books() if (b.lane, b.epoch) == (lane, epoch))


def acknowledge(outbox, key, *ranges):
    return outbox.acknowledge(Acknowledged(key=key, ranges=ranges))


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
