"""The way of the last photo, drawn."""

from cloud_hub.boards.home.photo_journey import journey_strip
from cloud_hub.boards.home.view import PhotoJourney
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.stage.page_parts import a_photo, a_reader, some_books

ROAD = PhotoJourney(
    store_id="s01",
    store_name=Names(en="<Gate>", zh="门"),
    fixture_id="s01-a",
    fixture_name=Names(en="Cooler A", zh="冷柜 A"),
    photo=a_photo(),
    facings=12,
    event_number=1234,
    hub_delay_s=0.84,
)


def test_the_road_tells_each_step_of_the_photo() -> None:
    strip = str(journey_strip(ROAD, some_books(), a_reader()))
    for said in ("12 facings", "event 1,234", "hub +0.8 s", "here", "&lt;Gate&gt; · Cooler A"):
        assert said in strip
    assert 'href="/shelf/s01-a"' in strip
    assert strip.count("<li>") == 6


def test_without_a_photo_the_books_are_told_all_the_same() -> None:
    strip = str(journey_strip(None, some_books(), a_reader()))
    assert "no photo yet" in strip
    assert "<ol" not in strip
    assert 'data-balanced="yes"' in strip


def test_a_reader_without_shelf_pages_gets_no_link() -> None:
    assert "/shelf/" not in str(journey_strip(ROAD, some_books(), a_reader(LoginRole.TECHNICIAN)))
