"""What a photo shows, kept as one observation."""

from collections.abc import Callable
from typing import Any

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.shelf.tables import ShelfObservation
from sync.events import PictureQuality, SeenBasket, SeenFacing, ShelfObserved
from tests.stage.booking import book
from tests.stage.hub_tables import rows
from tests.talking_device import COLA, NOON


def seen(**more: Any) -> ShelfObserved:
    values: dict[str, Any] = {
        "fixture_id": "s01-a",
        "camera_id": "eye",
        "taken_at": NOON,
        "photo_sha256": "a" * 64,
        "width_px": 640,
        "height_px": 480,
        "quality": PictureQuality.CLEAR,
        "planogram_id": "plan",
        "planogram_version": 2,
        "facings": (
            SeenFacing(box=(0, 0, 9, 9), gtin=COLA, score=0.9, slot_id="A-1-1", certainty=0.8),
            SeenFacing(box=(9, 0, 18, 9), score=0.5, slot_id="A-1-2", candidates=(COLA,)),
        ),
        "empty_slots": ("A-1-3",),
        "hidden_slots": ("A-1-4",),
    }
    return ShelfObserved(**(values | more))


def test_a_photo_is_kept_with_what_was_named_what_was_not_and_what_was_empty(
    ingest: Ingest, database: Database
) -> None:
    book(ingest, seen(), kind="cooler")
    (row,) = rows(database, ShelfObservation)
    assert (row.named, row.unnamed) == (1, 1)
    assert (row.empty_slots, row.hidden_slots) == (["A-1-3"], ["A-1-4"])
    assert (row.planogram_id, row.planogram_version, row.quality) == ("plan", 2, "clear")
    assert [facing["candidates"] for facing in row.facings] == [None, [COLA]]
    assert row.baskets is None
    assert str(row.business_day) == "2026-03-04"


def test_baskets_of_a_freezer_are_kept_too(ingest: Ingest, database: Database) -> None:
    baskets = (SeenBasket(slot_id="A-1-1", filled=0.4), SeenBasket(slot_id="A-1-2"))
    book(ingest, seen(baskets=baskets), kind="cooler")
    (row,) = rows(database, ShelfObservation)
    assert [(each["slot_id"], each["filled"]) for each in row.baskets] == [
        ("A-1-1", 0.4),
        ("A-1-2", None),
    ]


def test_the_same_photo_told_twice_by_one_device_is_one(
    hub_database: Database, make_ingest: Callable[[Database], Ingest]
) -> None:
    ingest = make_ingest(hub_database)
    device = book(ingest, seen(), kind="cooler")
    ingest.take(device.batches())
    assert len(rows(hub_database, ShelfObservation)) == 1
