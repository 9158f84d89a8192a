"""What devices declared lost."""

from pathlib import Path
from typing import Any

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.reconciliation.declared_losses import declared_losses, loss_reason, with_times
from sync.events import Lane
from sync.outbox.losses import DAMAGED, LOSS_REASONS, OLDER_COPY
from sync.outbox.outbox import OVERSIZE
from sync.outbox.quota import QUOTA
from sync.wire.batch import Loss
from tests.small_chain import TENANT, SmallChain, local
from tests.stage.booking import door_minute
from tests.talking_device import TalkingDevice


def test_a_loss_told_in_parts_is_one_loss(ingest: Ingest, database: Database) -> None:
    door = TalkingDevice(kind="door")
    for number in range(1, 31):
        door.say(door_minute(number))
    told = (
        Loss(first=1, last=10, bytes=10, reason=QUOTA),
        Loss(first=1, last=15, bytes=15, reason=QUOTA),
        Loss(first=11, last=15, bytes=5, reason=QUOTA),
        Loss(first=16, last=20, bytes=5, reason=QUOTA),
        Loss(first=25, last=25, bytes=1, reason=OVERSIZE),
    )
    records = door.records[Lane.METRIC]
    ingest.take([door.hello(), door.batch(Lane.METRIC, records[29:], lost=told)])
    with database.sessions() as session:
        losses = declared_losses(session)
    found = [(one.first, one.last, one.events, one.bytes, one.reason) for one in losses]
    assert found == [(1, 20, 20, 20, QUOTA), (25, 25, 1, 1, OVERSIZE)]


def test_every_reason_a_device_gives_has_words() -> None:
    assert {QUOTA, OVERSIZE, DAMAGED, OLDER_COPY} <= set(LOSS_REASONS)


def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def told(small: SmallChain, **narrowed: Any) -> list[tuple[str, int, int, int, str]]:
    with small.reading() as session:
        return [
            (loss.lane, loss.first, loss.last, loss.events, loss.reason)
            for loss in declared_losses(session, **narrowed)
        ]


def test_losses_for_different_reasons_stay_apart_and_count_each_number_once(
    tmp_path: Path,
) -> None:
    small = chain(tmp_path)
    small.lost("s01-door", 3, 1, 10, QUOTA)
    small.lost("s01-door", 3, 8, 12, DAMAGED)
    assert told(small) == [("metric", 1, 10, 10, QUOTA), ("metric", 8, 12, 2, DAMAGED)]


def test_a_loss_with_a_hole_of_what_arrived_counts_the_rest(tmp_path: Path) -> None:
    small = chain(tmp_path)
    small.lost("s01-door", 3, 1, 10, QUOTA)
    small.received("s01-door", 3, 4, 6)
    assert told(small) == [("metric", 1, 10, 7, QUOTA)]


def test_a_loss_is_told_of_the_chain_and_devices_asked_about(tmp_path: Path) -> None:
    small = chain(tmp_path)
    small.lost("s01-door", 3, 1, 1, QUOTA)
    small.lost("s01-till", 0, 2, 3, DAMAGED)
    assert told(small, devices=["s01-till"]) == [("sale", 2, 3, 2, DAMAGED)]
    assert told(small, tenant_id="nobody") == []
    assert told(small, devices=[]) == []
    assert len(told(small, tenant_id=TENANT)) == 2


def test_a_loss_lies_between_the_neighbours_that_are_here(tmp_path: Path) -> None:
    small = chain(tmp_path)
    small.lost("s01-door", 3, 5, 9, QUOTA)
    small.lost("s01-till", 0, 1, 2, QUOTA)
    for seq, hour in ((1, 9), (4, 10), (10, 12), (11, 13)):
        small.event("s01-door", 3, seq, at=local(hour))
    with small.reading() as session:
        door, till = with_times(session, declared_losses(session))
    assert (door.after_at, door.before_at) == (local(10), local(12))
    assert (till.after_at, till.before_at) == (None, None)


def test_a_loss_is_told_to_programs_by_name_and_reason(tmp_path: Path) -> None:
    small = chain(tmp_path)
    small.lost("s01-door", 3, 5, 9, QUOTA)
    with small.reading() as session:
        (loss,) = declared_losses(session)
    said = loss.as_json()
    assert (said["device"], said["lane"], said["first"], said["last"], said["events"]) == (
        "s01-door",
        "metric",
        5,
        9,
        5,
    )
    assert said["reason_text"] == "its disk was full"
    assert (said["after_at"], said["declared_at"]) == (None, loss.declared_at.isoformat())


def test_a_reason_of_a_newer_device_is_told_in_its_own_word() -> None:
    assert "eaten-by-mice" in loss_reason("eaten-by-mice").text("en").replace(" ", "-")
