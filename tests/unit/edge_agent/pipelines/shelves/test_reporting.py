"""Photos and door openings as events."""

from dataclasses import replace
from datetime import UTC, datetime

from edge_agent.pipelines.shelves.reporting import (
    Opened,
    PhotoRead,
    Picture,
    report_media,
    report_opening,
    report_shelf,
)
from sync.events import PictureQuality, SeenBasket, SeenFacing
from vision_models.shelf.openings.changes import Estimate, OpeningReading, ProductChange
from vision_models.shelf.openings.changes import Opened as Purpose
from vision_models.shelf.openings.opening import Occasion

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
FACING = SeenFacing(box=(1.0, 2.0, 3.0, 4.0), gtin="95200000000019", score=0.9, slot_id="A-1-1")
READ = PhotoRead(
    fixture_id="s01-a",
    camera_id="cooler-a",
    taken_at=AT,
    sha256="a" * 64,
    width_px=320,
    height_px=240,
    quality=PictureQuality.CLEAR,
    planogram_id="summer",
    planogram_version=3,
    facings=(FACING,),
    empty_slots=("A-1-2",),
    hidden_slots=(),
    model="net-7",
    took_ms=12.345,
)
OPENED = Opened(
    fixture_id="s01-a",
    camera_id="cooler-a",
    before_at=AT,
    taken_at=AT.replace(minute=5),
    before_sha256="a" * 64,
    after_sha256="b" * 64,
    quality=PictureQuality.CLEAR,
    occasion=Occasion(openings=2, open_s=8.0),
    reading=None,
    model="net-7",
)


def test_a_photo_tells_what_stands_where_and_against_which_plan() -> None:
    event = report_shelf(READ)
    assert (event.facings, event.empty_slots, event.hidden_slots) == ((FACING,), ("A-1-2",), ())
    assert (event.planogram_id, event.planogram_version) == ("summer", 3)
    assert (event.photo_sha256, event.quality, event.took_ms) == (
        "a" * 64,
        PictureQuality.CLEAR,
        12.3,
    )


def test_baskets_are_told_of_a_freezer_alone() -> None:
    assert report_shelf(READ).baskets is None
    basket = SeenBasket(slot_id="A-1-1", filled=None, box=(0.0, 0.0, 1.0, 1.0))
    assert report_shelf(replace(READ, baskets=(basket,))).baskets == (basket,)


def test_an_opening_that_could_not_be_read_claims_no_change() -> None:
    event = report_opening(OPENED)
    assert (event.openings, event.open_s, event.purpose) == (2, 8.0, "")
    assert (event.changes, event.lanes, event.told_lanes) == ((), 0, 0)
    assert (event.before_sha256, event.after_sha256) == ("a" * 64, "b" * 64)


def test_an_opening_tells_what_was_taken_with_its_range() -> None:
    none = Estimate(mean=0.0, variance=0.0, low=0, high=0)
    taken = Estimate(mean=1.98765, variance=0.123456, low=1, high=3)
    change = ProductChange(
        gtin="95200000000019",
        taken=taken,
        put_back=none,
        refilled=none,
        removed=none,
        moved=1,
        untold=2,
    )
    reading = OpeningReading(purpose=Purpose.SHOPPING, changes=(change,), lanes=6, told_lanes=5)
    event = report_opening(replace(OPENED, reading=reading))
    (told,) = event.changes
    assert (told.taken.mean, told.taken.variance) == (1.988, 0.1235)
    assert (told.taken.low, told.taken.high) == (1, 3)
    assert (told.moved, told.untold, told.put_back.mean) == (1, 2, 0.0)
    assert (event.purpose, event.lanes, event.told_lanes) == ("shopping", 6, 5)


def test_a_picture_is_told_by_its_hash_as_a_jpeg() -> None:
    event = report_media(
        Picture(
            sha256="a" * 64,
            bytes=1234,
            width_px=320,
            height_px=240,
            taken_at=AT,
            subject="cooler-a",
        )
    )
    assert (event.sha256, event.bytes, event.media_type) == ("a" * 64, 1234, "image/jpeg")
    assert (event.width_px, event.height_px, event.subject) == (320, 240, "cooler-a")
