"""The day of a shelf, drawn."""

from datetime import datetime, timedelta

from cloud_hub.boards.shelf.gap_bars import day_of_photos
from cloud_hub.boards.shelf.view import GapSpan, Thumbnail
from tests.stage.page_parts import NOW, a_reader


def photo(
    minutes_ago: int, gaps: tuple[str, ...] | None = (), url: str | None = "/m/a"
) -> Thumbnail:
    taken_at = NOW - timedelta(minutes=minutes_ago)
    return Thumbnail(
        sha256=f"{minutes_ago:064d}",
        url=url,
        taken_at=taken_at,
        local_time=f"{taken_at + timedelta(hours=8):%H:%M}",
        quality="clear",
        gaps=gaps,
    )


def span(started: int, ended: int | None = None, *, confirmed: bool = True) -> GapSpan:
    def ago(minutes: int) -> datetime:
        return NOW - timedelta(minutes=minutes)

    return GapSpan(
        slot_id="A-1-1",
        started_at=ago(started),
        ended_at=None if ended is None else ago(ended),
        confirmed=confirmed,
    )


PHOTOS = (photo(60), photo(40, ("A-1-1",)), photo(20, ("A-1-1", "A-1-2")), photo(0, None, None))


def drawn(*spans: GapSpan, photos: tuple[Thumbnail, ...] = PHOTOS) -> str:
    return str(day_of_photos(photos, spans, a_reader()))


def test_a_day_without_photos_says_so() -> None:
    page = drawn(photos=())
    assert "no photo yet" in page
    assert "film-grid" not in page


def test_a_photo_is_full_empty_or_not_judged() -> None:
    page = drawn()
    for kind, said in (("full", "full"), ("empty", "1 empty"), ("empty", "2 empty")):
        assert f"film-{kind}" in page
        assert said in page
    assert "film-unjudged" in page
    assert "not judged" in page
    assert page.count("<img") == 3
    assert page.count("film-none") == 1, "its bytes are not here yet"


def test_a_bar_spans_the_photos_on_which_the_slot_was_empty() -> None:
    page = drawn(span(40, 0))
    assert "grid-row:2;grid-column:3 / 5" in page
    assert "gap-over" in page
    assert "empty 13:50 to 14:30" in page


def test_a_gap_that_lasts_reaches_to_the_last_photo() -> None:
    page = drawn(span(40))
    assert "grid-column:3 / 6" in page
    assert "empty since 13:50" in page
    assert "gap-over" not in page


def test_a_gap_from_before_the_first_photo_begins_with_it() -> None:
    assert "grid-column:2 / 4" in drawn(span(600, 20))


def test_a_gap_between_two_photos_stands_under_the_last() -> None:
    assert "grid-column:5 / 6" in drawn(span(39, 21))


def test_a_gap_that_is_not_sure_looks_so_and_each_has_its_line() -> None:
    page = drawn(span(40), span(20, confirmed=False))
    assert page.count("gap-unsure") == 1
    assert "grid-area:2 / 1" in page
    assert "grid-area:3 / 1" in page
