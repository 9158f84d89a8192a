"""Whose packs stood in the coolers, drawn."""

from datetime import date

from cloud_hub.boards.brand.outlets import ShareDay
from cloud_hub.boards.brand.share_chart import share_chart
from tests.stage.page_parts import a_reader


def day(number: int, own: int | None, foreign: int | None, unknown: int | None) -> ShareDay:
    return ShareDay(business_day=date(2026, 3, number), own=own, foreign=foreign, unknown=unknown)


def drawn(*days: ShareDay) -> str:
    return str(share_chart(days, a_reader()))


def test_a_day_is_stacked_by_whose_packs_stood_there() -> None:
    chart = drawn(day(4, 6, 3, 1))
    assert '<i class="share-own" style="height:60.0%">' in chart
    assert '<i class="share-foreign" style="height:30.0%">' in chart
    assert '<i class="share-unknown" style="height:10.0%">' in chart
    assert "Wed 4 Mar: own 6, foreign 3, unknown 1" in chart


def test_a_kind_of_which_there_was_none_takes_no_height() -> None:
    chart = drawn(day(4, 6, 0, 0))
    assert 'style="height:100.0%"' in chart
    assert "share-foreign" not in chart
    assert "own 6, foreign 0, unknown 0" in chart


def test_a_day_without_a_clear_photo_is_hollow() -> None:
    chart = drawn(day(3, None, None, None), day(4, 6, 0, 0))
    assert chart.count("share-none") == 1
    assert "Tue 3 Mar: no data" in chart


def test_a_cooler_in_which_nothing_stood_is_hollow_too() -> None:
    assert "share-none" in drawn(day(4, 0, 0, 0))


def test_two_weeks_without_a_photo_are_no_chart() -> None:
    for chart in (drawn(day(3, None, None, None)), drawn()):
        assert "no data" in chart
        assert "<figure" not in chart
