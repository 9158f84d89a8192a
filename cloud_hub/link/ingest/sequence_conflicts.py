"""Two different events under one number: a copied device that nobody noticed in time.

A repeat of a known event changes nothing. One that says something else is no repeat: it is kept as
a dead letter, with an alarm, so that it is not lost in silence.
"""

import json
import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from cloud_hub.core.projection import CONFLICT, Outcome
from cloud_hub.link.hub_alarms import RIVAL, HubAlarm, raise_alarm
from cloud_hub.link.ingest.lane_state import LaneKey
from cloud_hub.link.ingest.unit_of_work import UnitOfWork
from cloud_hub.link.tables import DeadLetter, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow
from sync.wire.batch import Arrived


def note_conflicts(
    unit: UnitOfWork, key: LaneKey, device: DeviceRow, repeats: Sequence[Arrived]
) -> int:
    """How many of `repeats` say something else than what is kept under their numbers."""
    kept = _kept(unit, key, [record.seq for record in repeats])
    others = [
        record
        for record in repeats
        if record.seq in kept
        and kept[record.seq] != (record.kind, record.body)
        and not _was_corrected(unit, key, record)
    ]
    for record in others:
        unit.letters.append(_letter(unit, key, device, record))
    if others:
        alarm = HubAlarm(alarm=RIVAL, subject="conflict", detail=CONFLICT)
        raise_alarm(unit.work.session, device, alarm, unit.books.now)
    return len(others)


def _kept(
    unit: UnitOfWork, key: LaneKey, seqs: Sequence[int]
) -> dict[int, tuple[str, dict[str, Any]]]:
    """Kind and body of what is kept; what was never readable can be compared with nothing."""
    tenant_id, device_id, epoch, lane = key
    rows = unit.work.session.execute(
        sa.select(StoredEvent.seq, StoredEvent.kind, StoredEvent.body).where(
            StoredEvent.tenant_id == tenant_id,
            StoredEvent.device_id == device_id,
            StoredEvent.epoch == epoch,
            StoredEvent.lane == lane,
            StoredEvent.seq.in_(seqs),
            StoredEvent.outcome != Outcome.DEAD.value,
        )
    )
    opened = unit.work.identities.opened
    kept = {seq: (kind, opened(body)) for seq, kind, body in rows}
    for seq in seqs:
        # It may have come a moment ago, in this very transaction.
        row = unit.rows.get((*key, seq))
        if row is not None and row["outcome"] != Outcome.DEAD.value:
            kept[seq] = (row["kind"], row["body"])
    return kept


def _was_corrected(unit: UnitOfWork, key: LaneKey, record: Arrived) -> bool:
    """Whether a person has corrected what is kept, and this is what the device said before."""
    letter_id = "/".join(str(part) for part in (*key[1:], record.seq))
    letter = unit.work.session.get(DeadLetter, (key[0], letter_id))
    if letter is None or letter.replayed_at is None:
        return False
    said: object = json.loads(unit.work.identities.opened_letter(letter.raw))
    return said == (record.body if record.problem is None else record.raw)


def _letter(unit: UnitOfWork, key: LaneKey, device: DeviceRow, record: Arrived) -> dict[str, Any]:
    raw = json.dumps({"kind": record.kind, "body": record.body}, sort_keys=True).encode()
    number = "/".join(str(part) for part in (*key[1:], record.seq))
    return {
        "tenant_id": device.tenant_id,
        "letter_id": f"{number}/conflict-{zlib.crc32(raw):08x}",
        "device_id": device.device_id,
        "store_id": device.store_id,
        "epoch": key[2],
        "lane": key[3],
        "seq": record.seq,
        "raw": raw,
        "error": CONFLICT,
        "received_at": unit.books.now,
        "replayed_at": None,
    }
