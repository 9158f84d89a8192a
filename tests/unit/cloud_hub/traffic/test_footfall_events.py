"""Doors as cameras count them, and as people counted them by hand."""

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.traffic import tables as traffic_tables
from sync.events import (
    FootfallAudited,
    FootfallCounted,
)
from tests.stage.booking import book
from tests.stage.hub_tables import rows
from tests.talking_device import NOON


def test_a_minute_knows_how_sure_and_how_fast_it_was_counted(
    ingest: Ingest, database: Database
) -> None:
    said = FootfallCounted(
        line_id="door",
        started_at=NOON,
        in_=(3,),
        out=(1,),
        watched_s=(60.0,),
        confidence=(0.9,),
        frames_per_s=(8.0,),
    )
    older = said.model_copy(update={"line_id": "side", "confidence": (), "frames_per_s": ()})
    book(ingest, said, older, kind="door")
    door, side = sorted(rows(database, traffic_tables.FootfallMinute), key=lambda row: row.line_id)
    assert (door.sure, door.frames) == (pytest.approx(3.6), 480.0)
    assert (side.sure, side.frames) == (None, None)


def test_a_clip_counted_by_hand_is_kept_once(ingest: Ingest, database: Database) -> None:
    audit = FootfallAudited(
        line_id="door",
        camera_id="door-1",
        started_at=NOON,
        seconds=900.0,
        hand_in=40,
        hand_out=38,
        counted_in=39,
        counted_out=38,
        missed=2,
        surplus=1,
        audited_at=NOON,
    )
    book(ingest, audit, kind="door")
    (row,) = rows(database, traffic_tables.FootfallAudit)
    assert (row.hand_in, row.counted_in, row.missed) == (40, 39, 2)
