"""The device's own page, drawn from a hand-made status."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device_profiles.failures import Failure
from edge_agent.core.alarms import AlarmSeen
from edge_agent.core.health import PartHealth
from edge_agent.core.seen import Seen
from edge_agent.page.device_markup import device_html
from edge_agent.page.status import DeviceStatus, Link
from sync.events import Lane
from sync.link.link_state import LinkState, LinkStatus
from sync.outbox.lane_books import LaneBooks

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
ALARM = AlarmSeen(
    alarm="too-warm",
    subject="<s01-a>",
    raised_at=NOW - timedelta(hours=1),
    cleared_at=None,
    value=11.5,
    limit=8.0,
    detail="",
)
STATUS = DeviceStatus(
    device_id="<s01-cooler>",
    store_id="s01",
    kind="cooler",
    simulated=False,
    zone="Asia/Shanghai",
    now=NOW,
    link=LinkStatus(state=LinkState.ONLINE, detail="hub.example"),
    away_since=None,
    parts=(),
    seen=(),
    alarms=(),
    lanes=(),
    pictures=(),
)


def drawn(*, is_chinese: bool = False, **changes: object) -> str:
    return device_html(replace(STATUS, **changes), is_chinese=is_chinese)


def test_a_quiet_device_says_so_and_names_itself_escaped() -> None:
    page = drawn()
    assert "<h1>&lt;s01-cooler&gt; · s01</h1>" in page
    assert '<p class="good">none</p>' in page
    assert "2026-11-22 12:00" in page, "by the store's clock"
    assert "Simulated" not in page
    assert "Simulated" in drawn(simulated=True)


def test_the_link_is_good_only_while_it_is_online() -> None:
    assert '<b class="good">online</b>' in drawn()
    page = drawn(link=LinkStatus(state=LinkState.FENCED, detail="<two devices>"))
    assert '<b class="dim">fenced</b>' in page
    assert "&lt;two devices&gt;" in page
    assert "unreachable" not in page
    away = {"link": LinkStatus(state=LinkState.OFFLINE), "away_since": NOW - timedelta(hours=3)}
    assert "hub unreachable since 2026-11-22 09:00" in drawn(**away)
    assert "无法连接中枢，自 2026-11-22 09:00" in drawn(**away, is_chinese=True)


def test_an_alarm_that_stands_is_bad_and_one_that_is_over_tells_until_when() -> None:
    page = drawn(alarms=(ALARM,))
    assert '<td class="bad">too warm</td>' in page
    assert "&lt;s01-a&gt; 11.5 &gt; 8" in page
    assert "since 2026-11-22 11:00" in page
    over = drawn(alarms=(replace(ALARM, cleared_at=NOW, value=None, limit=None),))
    assert '<td class="bad">' not in over
    assert "until 2026-11-22 12:00" in over
    assert "&gt; 8" not in over


@pytest.mark.parametrize(
    ("state", "tone"), [("working", "good"), ("starting", "good"), ("late", "bad"), ("lost", "bad")]
)
def test_a_part_that_is_late_or_lost_is_bad(state: str, tone: str) -> None:
    part = PartHealth(name="sensors", state=state, age_s=90.0, detail="<x>")
    page = drawn(parts=(part,))
    assert f'<td class="{tone}">{state}' in page
    assert "1 min ago" in page
    assert "&lt;x&gt;" in page


@pytest.mark.parametrize(
    ("age_s", "en", "zh"),
    [
        (None, "", ""),
        (0.4, "0 s ago", "0 秒 前"),
        (59.9, "59 s ago", "59 秒 前"),
        (3600, "1 h ago", "1 小时 前"),
        (200_000, "2 d ago", "2 天 前"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(age_s: float | None, en: str, zh: str) -> None:
    seen = (Seen(en="air <1>", zh="空气", value="4 °C", age_s=age_s),)
    assert f'<td class="n dim">{en}</td>' in drawn(seen=seen)
    assert f'<td class="n dim">{zh}</td>' in drawn(seen=seen, is_chinese=True)
    assert "air &lt;1&gt;" in drawn(seen=seen)


def books(**changes: object) -> LaneBooks:
    values: dict[str, object] = {
        "epoch": 1,
        "lane": Lane.SALE,
        "produced": 10,
        "acknowledged": 7,
        "lost": 1,
        "waiting": 2,
        "base": 9,
        "kept": 0,
    }
    return LaneBooks(**(values | changes))


def test_a_lane_tells_its_books_and_an_unused_one_is_left_out() -> None:
    page = drawn(
        lanes=(books(), books(lane=Lane.METRIC, produced=0, acknowledged=0, lost=0, waiting=0))
    )
    assert "<td>sale</td>" in page
    assert "<td>metric</td>" not in page
    assert "adds up ✓" in page
    assert "does not add up ✗" in drawn(lanes=(books(waiting=3),))


def test_pictures_and_other_pages_of_the_device_are_linked() -> None:
    page = drawn(
        pictures=("cooler-a",), links=(Link(href="/audit", en="Count by hand", zh="人工核对"),)
    )
    assert '<img src="/pictures/cooler-a"' in page
    assert '<a href="/audit">Count by hand</a>' in page


def test_in_chinese_codes_are_words_and_unknown_ones_stand_as_they_are() -> None:
    page = drawn(is_chinese=True, alarms=(ALARM, replace(ALARM, alarm="new-thing")), simulated=True)
    for said in ("温度过高", "new-thing", "已连接", "演示", 'href="?lang=en"'):
        assert said in page


def test_why_the_link_and_a_part_fail_is_told_in_the_readers_language() -> None:
    link = LinkStatus(
        state=LinkState.OFFLINE,
        detail=f"no broker answers at hub.example:1883: {Failure.NOTHING_ANSWERS}",
    )
    part = PartHealth(
        name="sensors",
        state="lost",
        age_s=None,
        detail=f"cannot read cooler.json: {Failure.NOT_THERE}",
    )
    english, chinese = (drawn(is_chinese=each, link=link, parts=(part,)) for each in (False, True))
    assert "nothing answers there; check that it runs" in english
    assert "消息服务器无应答 hub.example:1883: 对方没有应答" in chinese
    assert "无法读取 cooler.json: 不存在；请检查路径" in chinese


def test_a_maintenance_stands_above_everything_until_when_it_lasts() -> None:
    assert "maintenance" not in drawn()
    until = NOW + timedelta(minutes=30)
    assert "In maintenance, without alarms, until 2026-11-22 12:30" in drawn(
        maintenance_until=until
    )
    assert "维护中" in drawn(is_chinese=True, maintenance_until=until)
