"""Outboxes that were put aside: what can be read is sent after all, the rest is declared lost."""

import json
from pathlib import Path

import pytest

from sync.core.errors import OutboxFull, OutboxUnusable
from sync.events import Lane
from sync.outbox.lane_books import rows_waiting
from sync.outbox.losses import DAMAGED, GIVEN_UP
from sync.outbox.outbox import Acknowledged
from sync.outbox.put_aside import Decided, files_put_aside, give_up_aside, look_aside, retry_aside
from sync.wire.messages import HelloAnswer, LaneKnown
from tests.stage.outbox_bodies import NOW, QUOTA

OLD_SALE = (1, Lane.SALE)
SALES, ARRIVED = 300, 100


def damage(path: Path, text: bytes) -> None:
    """Zeroes the page of the file in which `text` stands."""
    content = bytearray(path.read_bytes())
    page = content.index(text) // 4096 * 4096
    content[page : page + 4096] = bytes(4096)
    path.write_bytes(content)


@pytest.fixture
def path(open_outbox, bodies, tmp_path) -> Path:
    """A new outbox beside one with a damaged page: 200 sales waited in that."""
    return put_aside(open_outbox, bodies, tmp_path, SALES)


def put_aside(open_outbox, bodies, tmp_path: Path, sales: int) -> Path:
    outbox = open_outbox()
    outbox.append(*[bodies.sale(number) for number in range(sales)], bodies.reading())
    outbox.acknowledge(Acknowledged(key=OLD_SALE, ranges=((1, ARRIVED),)))
    outbox.close()
    damage(tmp_path / "agent.db", b'"sequence":150')
    open_outbox().append(*[bodies.sale(number) for number in range(SALES, SALES + 5)])
    return tmp_path / "agent.db"


def lost(outbox) -> dict[str, int]:
    """Events given up, by reason."""
    with outbox.reading() as connection:
        rows = connection.execute("SELECT reason, sum(last - first + 1) FROM loss GROUP BY reason")
        return dict(rows.fetchall())


def test_what_waits_and_what_of_it_can_be_read_is_listed(path: Path):
    (file,) = files_put_aside(path)
    before = file.read_bytes()
    found = look_aside(file)
    sales, readings = found.lanes
    assert (sales.epoch, sales.lane, sales.waiting) == (1, Lane.SALE, SALES - ARRIVED)
    assert 150 < sales.readable < sales.waiting
    assert (readings.lane, readings.waiting, readings.readable) == (Lane.METRIC, 1, 1)
    assert file.read_bytes() == before


def test_what_can_be_read_is_sent_under_its_numbers_and_the_rest_is_lost(path: Path, open_outbox):
    sales, _ = look_aside(files_put_aside(path)[0]).lanes
    gone = sales.waiting - sales.readable
    decided = retry_aside(path, quota_bytes=QUOTA)
    assert decided == Decided(sent=sales.readable + 1, lost=gone)
    outbox = open_outbox()
    assert all(books.balanced for books in outbox.books())
    with outbox.reading() as connection:
        assert rows_waiting(connection, OLD_SALE) == sales.readable
    spans = outbox.waiting()[OLD_SALE]
    assert (spans[0][0], spans[-1][1]) == (ARRIVED + 1, SALES)
    record = outbox.read(OLD_SALE, SALES, SALES).records[0]
    assert json.loads(record.body)["sequence"] == SALES - 1
    assert lost(outbox) == {DAMAGED: gone}
    assert files_put_aside(path) == []
    assert path.with_name("agent.db.damaged-1.settled").exists()
    assert retry_aside(path, quota_bytes=QUOTA) == Decided(sent=0, lost=0)


def test_everything_of_it_can_be_given_up(path: Path, open_outbox):
    assert give_up_aside(path, quota_bytes=QUOTA) == Decided(sent=0, lost=SALES - ARRIVED + 1)
    outbox = open_outbox()
    assert lost(outbox) == {GIVEN_UP: SALES - ARRIVED + 1}
    assert all(books.balanced for books in outbox.books())
    old = next(books for books in outbox.books() if (books.epoch, books.lane) == OLD_SALE)
    assert (old.produced, old.acknowledged, old.waiting) == (SALES, ARRIVED, 0)


def test_a_file_of_which_nothing_can_be_read_is_settled_by_what_the_hub_misses(
    open_outbox, bodies, tmp_path
):
    path = tmp_path / "agent.db"
    outbox = open_outbox()
    outbox.append(*[bodies.sale(number) for number in range(10)])
    outbox.close()
    path.write_bytes(b"no database any more " * 999)
    outbox = open_outbox()
    assert not look_aside(files_put_aside(path)[0]).is_readable
    assert retry_aside(path, quota_bytes=QUOTA) == Decided(sent=0, lost=0)
    assert len(files_put_aside(path)) == 1, "it stays until it is given up"

    assert give_up_aside(path, quota_bytes=QUOTA) == Decided(sent=0, lost=0)
    assert OLD_SALE in {(state.epoch, state.lane) for state in outbox.lane_states()}
    known = LaneKnown(epoch=1, lane=Lane.SALE, watermark=4, highest=10, missing=((5, 10),))
    answer = HelloAnswer(run=outbox.run, epoch=2, lanes=(known,), hub_at=NOW)
    assert outbox.settle(answer).lost == 6
    assert lost(outbox) == {GIVEN_UP: 6}
    assert all(books.balanced for books in outbox.books())
    alarms = [json.loads(r.body) for r in outbox.read((2, Lane.ALERT), 1, 9).records]
    assert [alarm["state"] for alarm in alarms] == ["raised", "cleared"]
    assert not outbox.settle(answer).closed, "that is told once"


def test_where_there_is_no_room_nothing_is_changed(open_outbox, bodies, tmp_path):
    path = put_aside(open_outbox, bodies, tmp_path, 3000)
    with pytest.raises(OutboxFull, match="give a larger --quota-mb"):
        retry_aside(path, quota_bytes=64 * 4096)
    assert len(files_put_aside(path)) == 1
    assert {books.epoch for books in open_outbox().books()} == {2}


def test_a_damaged_outbox_is_left_to_the_agent(path: Path):
    path.write_bytes(b"no database any more " * 999)
    with pytest.raises(OutboxUnusable, match="start the agent"):
        give_up_aside(path, quota_bytes=QUOTA)
    assert len(files_put_aside(path)) == 1
