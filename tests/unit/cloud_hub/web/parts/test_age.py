"""How old something is."""

from cloud_hub.web.parts.age import age, photo_age
from tests.stage.page_parts import NOW, a_photo, a_reader


def test_a_picture_knows_when_the_next_is_due():
    drawn = photo_age(a_photo(), a_reader())
    assert "next due 14:40" in drawn
    assert "data-due=" in drawn


def test_an_age_is_told_as_a_moment_that_the_browser_lets_grow():
    drawn = age(NOW, a_reader())
    assert f'datetime="{NOW.isoformat()}"' in drawn
    assert "data-age" in drawn
    assert "data-due" not in drawn
    assert ">14:30<" in drawn


def test_a_picture_of_a_fixture_without_a_plan_is_never_overdue():
    drawn = photo_age(a_photo(due_at=None), a_reader())
    assert "data-due" not in drawn
    assert "next due" not in drawn
