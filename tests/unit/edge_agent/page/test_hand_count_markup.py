"""The hand count's pages, drawn."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge_agent.page.hand_count_markup import ClipList, clip_html, door_html, list_html
from edge_agent.pipelines.hand_counts.clips import Clip

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def clip(**changes: object) -> Clip:
    values: dict[str, object] = {
        "clip_id": "door-1-a",
        "camera_id": "door-1",
        "line_id": "front",
        "start": (0.25, 0.5),
        "end": (0.75, 0.5),
        "started_at": NOON,
        "expires_at": NOON + timedelta(hours=24),
        "seconds": 90.0,
        "width_px": 160,
        "height_px": 120,
    }
    return Clip.model_validate(values | changes)


def listed(*, is_chinese: bool = False, **changes: object) -> str:
    values: dict[str, object] = {
        "clips": (),
        "lines": {"door-1": ["front", "back"]},
        "recording": {},
        "minutes": 15.0,
        "kept_h": 24.0,
        "zone": SHANGHAI,
        "problem": "",
    }
    return list_html(ClipList(**(values | changes)), is_chinese=is_chinese)


def test_the_door_asks_for_the_code_and_says_when_it_was_wrong() -> None:
    page = door_html(wrong=False, is_chinese=False)
    assert 'type="password" name="code"' in page
    assert 'role="alert"' not in page
    assert "not the code" in door_html(wrong=True, is_chinese=False)
    assert "口令不正确" in door_html(wrong=True, is_chinese=True)


def test_a_clip_can_be_taken_of_every_line_and_it_is_said_what_becomes_of_it() -> None:
    page = listed()
    assert '<option value="door-1 front">front (door-1)</option>' in page
    assert '<option value="door-1 back">' in page
    assert "A clip of 15 minutes" in page
    assert "after 24 hours at the latest" in page
    assert "none" in page
    assert "http-equiv" not in page


def test_while_one_is_taken_no_other_can_be_and_the_page_reloads() -> None:
    page = listed(recording={"door-1": NOON + timedelta(minutes=15)})
    assert "recording until 12:15:00" in page
    assert 'action="/audit/cancel"' in page
    assert "/audit/start" not in page
    assert 'http-equiv="refresh"' in page


def test_why_a_wish_was_not_met_is_told() -> None:
    assert '<p class="bad" role="alert">no &lt;disk&gt;</p>' in listed(problem="no <disk>")


def test_a_clip_that_waits_leads_to_its_page_and_tells_its_end() -> None:
    page = listed(clips=(clip(),))
    assert '<a href="/audit/clips/door-1-a">front · 2026-11-22 12:00 · 1.5 min: count</a>' in page
    assert "deleted at 2026-11-23 12:00" in page
    assert "UTC" not in page


def test_a_clips_page_plays_its_own_film_and_sends_its_count_to_itself() -> None:
    page = clip_html(clip(), zone=SHANGHAI, is_chinese=False)
    assert 'src="/audit/clips/door-1-a/film"' in page
    assert 'data-action="/audit/clips/door-1-a/count"' in page
    assert 'action="/audit/clips/door-1-a/delete"' in page
    assert '<script src="/audit/static/count.js"' in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("end", "x2", "y2"),
    [((0.75, 0.5), "80", "94"), ((0.25, 1.0), "6", "90")],
)
def test_the_arrow_points_to_the_right_of_the_line_where_in_is(
    end: tuple[float, float], x2: str, y2: str
) -> None:
    page = clip_html(clip(end=end), zone=SHANGHAI, is_chinese=False)
    assert '<line x1="40" y1="60"' in page
    assert f'x2="{x2}" y2="{y2}" marker-end="url(#tip)"' in page


def test_the_pages_speak_chinese() -> None:
    for page in (listed(is_chinese=True), clip_html(clip(), zone=SHANGHAI, is_chinese=True)):
        assert 'lang="zh"' in page
        assert "人工核对客流" in page
