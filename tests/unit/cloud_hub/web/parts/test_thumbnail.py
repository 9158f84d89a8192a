"""A photo cut to the place that matters."""

from cloud_hub.web.parts.thumbnail import thumbnail
from tests.stage.page_parts import a_photo, a_reader


def test_an_old_picture_is_marked_and_a_fresh_one_is_not():
    assert "is-old" in thumbnail(a_photo(is_stale=True), a_reader())
    assert "is-old" not in thumbnail(a_photo(), a_reader())


def test_a_thumbnail_shows_the_box_it_is_about():
    drawn = thumbnail(a_photo(), a_reader(), slot_id="A-1-2")
    assert "box-gap" in drawn
    left, top, wide, high = (
        float(part) for part in drawn.split('viewBox="')[1].split('"')[0].split()
    )
    assert left <= 100
    assert left + wide >= 140
    assert top <= 50
    assert top + high >= 150


def test_a_picture_still_on_its_way_is_not_drawn():
    assert "<image" not in thumbnail(a_photo(url=None), a_reader())
