"""The device's own page as HTML: one column, no scripts but a reload, English and Chinese."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import htpy as h
from markupsafe import Markup

from edge_agent.page.failure_words import in_chinese
from edge_agent.page.frame import framed
from edge_agent.page.status import DeviceStatus
from sync.link.link_state import LinkState

RELOAD_S = 5

WORDS = {
    "parts": ("What runs", "运行状况"),
    "seen": ("What it sees", "所见"),
    "alarms": ("Alarms", "告警"),
    "no_alarms": ("none", "无"),
    "books": (
        "Events: produced = acknowledged + lost + waiting",
        "事件：产生 = 已确认 + 丢失 + 待发",
    ),
    "lane": ("lane", "通道"),
    "produced": ("produced", "产生"),
    "acknowledged": ("acknowledged", "已确认"),
    "lost": ("lost", "丢失"),
    "waiting": ("waiting", "待发"),
    "link": ("Link to the hub", "与中枢的连接"),
    "away": ("hub unreachable since", "无法连接中枢，自"),
    "balanced": ("adds up ✓", "账平 ✓"),
    "unbalanced": ("does not add up ✗", "账不平 ✗"),
    "since": ("since", "自"),
    "until": ("until", "至"),
    "simulated": ("Simulated", "演示"),
    "ago": ("ago", "前"),
    "photo": ("last photo", "最近照片"),
    "maintenance": (
        "In maintenance, without alarms, until",
        "维护中，不告警，直到",
    ),
}
"""The page's own words, (English, 中文)."""

STATE_WORDS = {
    "starting": "启动中",
    "working": "正常",
    "late": "迟滞",
    "lost": "失联",
    "ended": "已结束",
    "online": "已连接",
    "greeting": "连接中",
    "offline": "离线",
    "fenced": "身份冲突",
    "refused": "被拒绝",
    "sensors": "传感器",
    "till": "收银",
    "cart": "购物车",
    "source-lost": "画面中断",
    "picture-covered": "镜头被遮挡",
    "picture-frozen": "画面冻结",
    "picture-dark": "画面过暗",
    "picture-moved": "相机被移动",
    "too-slow": "处理过慢，已降帧",
    "queue-long": "排队过长",
    "queue-slow": "等候过久",
    "dark": "过暗",
    "moved": "相机被移动",
    "covered": "被遮挡",
    "frozen": "冻结",
    "audit": "人工核对",
    "frame-size": "画面尺寸不符",
    "sensor-lost": "传感器失联",
    "too-warm": "温度过高",
    "door-open": "门未关",
    "disk-full": "磁盘已满",
    "hub-refuses": "中枢拒绝此设备",
    "refusals": "中枢拒绝",
    "outbox-damaged": "发件箱损坏",
    "cooler": "冷柜",
    "shelf-camera": "货架相机",
    "door": "客流相机",
    "sale": "销售",
    "alert": "告警",
    "result": "结果",
    "metric": "指标",
    "media": "影像",
}
"""Codes as people read them in Chinese; in English the code itself is the word."""

STYLE = Markup("""
:root{color-scheme:light dark;font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif}
body{margin:0 auto;max-width:40rem;padding:1rem}
h1{font-size:1.25rem;margin:0}h2{font-size:1rem;margin:1.4rem 0 .3rem}
table{border-collapse:collapse;width:100%}td,th{padding:.2rem .4rem;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
tr{border-bottom:1px solid #8884}img{width:100%;border-radius:.4rem}
.bad{color:#c62828;font-weight:600}.good{color:#2e7d32}.dim{opacity:.7}a{color:inherit}
@media(prefers-color-scheme:dark){.bad{color:#ff8a80}.good{color:#9ccc65}}
""")


def device_html(status: DeviceStatus, *, is_chinese: bool) -> str:
    """The page."""
    word = _Words(is_chinese)
    title = f"{status.device_id} · {status.store_id}"
    flag = f" · {word('simulated')}" if status.simulated else ""
    other = h.a(href=f"?lang={'en' if is_chinese else 'zh'}")["EN" if is_chinese else "中文"]
    return framed(
        title,
        h.h1[title],
        h.p(class_="dim")[
            f"{word.code(status.kind)}{flag} · {_clock(status, status.now)} · ", other
        ],
        _maintenance(status, word),
        _link(status, word),
        _alarms(status, word),
        _pictures(status, word),
        _seen(status, word),
        _parts(status, word),
        _books(status, word),
        _links(status, word),
        head=[h.meta(http_equiv="refresh", content=str(RELOAD_S)), h.style[STYLE]],
        is_chinese=is_chinese,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    is_chinese: bool

    def __call__(self, key: str) -> str:
        return WORDS[key][self.is_chinese]

    def code(self, code: str) -> str:
        return STATE_WORDS.get(code, code) if self.is_chinese else code.replace("-", " ")

    def detail(self, detail: str) -> str:
        return in_chinese(detail) if self.is_chinese else detail

    def age(self, age_s: float | None) -> str:
        if age_s is None:
            return ""
        units = ((86400, "d", "天"), (3600, "h", "小时"), (60, "min", "分钟"), (1, "s", "秒"))
        size, en, zh = next((unit for unit in units if age_s >= unit[0]), units[-1])
        return f"{age_s // size:.0f} {zh if self.is_chinese else en} {self('ago')}"


def _maintenance(status: DeviceStatus, word: _Words) -> h.Node:
    until = status.maintenance_until
    return h.p(class_="bad")[f"{word('maintenance')} {_clock(status, until)}"] if until else None


def _link(status: DeviceStatus, word: _Words) -> h.Node:
    tone = "good" if status.link.state is LinkState.ONLINE else "dim"
    return h.p[
        f"{word('link')}: ",
        h.b(class_=tone)[word.code(status.link.state)],
        " ",
        h.span(class_="dim")[word.detail(status.link.detail)],
        h.span(class_="bad")[f" {word('away')} {_clock(status, status.away_since)}"]
        if status.away_since is not None
        else None,
    ]


def _alarms(status: DeviceStatus, word: _Words) -> h.Node:
    rows = []
    for alarm in status.alarms:
        stands = alarm.cleared_at is None
        span = f"{word('since')} {_clock(status, alarm.raised_at)}"
        if alarm.cleared_at is not None:
            span += f" {word('until')} {_clock(status, alarm.cleared_at)}"
        figure = "" if alarm.value is None else f" {alarm.value:g}"
        figure += "" if alarm.limit is None else f" > {alarm.limit:g}"
        rows.append(
            h.tr[
                h.td(class_="bad" if stands else "dim")[word.code(alarm.alarm)],
                h.td[
                    f"{alarm.subject}{figure}",
                    h.br,
                    h.span(class_="dim")[f"{span} {word.detail(alarm.detail)}"],
                ],
            ]
        )
    nothing = h.p(class_="good")[word("no_alarms")]
    return h.h2[word("alarms")], h.table[rows] if rows else nothing


def _pictures(status: DeviceStatus, word: _Words) -> h.Node:
    return [
        h.img(src=f"/pictures/{name}", alt=f"{word('photo')} {name}") for name in status.pictures
    ]


def _seen(status: DeviceStatus, word: _Words) -> h.Node:
    rows = [
        h.tr[
            h.td[one.zh if word.is_chinese else one.en],
            h.td(class_="n")[one.value],
            h.td(class_="n dim")[word.age(one.age_s)],
        ]
        for one in status.seen
    ]
    return (h.h2[word("seen")], h.table[rows]) if rows else None


def _parts(status: DeviceStatus, word: _Words) -> h.Node:
    rows = [
        h.tr[
            h.td[word.code(part.name)],
            h.td(class_="bad" if part.state in ("late", "lost") else "good")[
                word.code(part.state), h.br, h.span(class_="dim")[word.detail(part.detail)]
            ],
            h.td(class_="n dim")[word.age(part.age_s)],
        ]
        for part in status.parts
    ]
    return h.h2[word("parts")], h.table[rows]


def _books(status: DeviceStatus, word: _Words) -> h.Node:
    columns = ("produced", "acknowledged", "lost", "waiting")
    rows = [
        h.tr[
            h.td[word.code(lane.lane.name.lower())],
            [h.td(class_="n")[getattr(lane, column)] for column in columns],
        ]
        for lane in status.lanes
        if lane.produced
    ]
    return (
        h.h2[word("books")],
        h.table[
            h.tr[h.th[word("lane")], [h.th(class_="n")[word(column)] for column in columns]], rows
        ],
        h.p(class_="good" if status.is_balanced else "bad")[
            word("balanced" if status.is_balanced else "unbalanced")
        ],
    )


def _links(status: DeviceStatus, word: _Words) -> Iterable[h.Element]:
    return [
        h.p[h.a(href=link.href)[link.zh if word.is_chinese else link.en]] for link in status.links
    ]


def _clock(status: DeviceStatus, at: datetime) -> str:
    """By the store's clock."""
    return f"{at.astimezone(ZoneInfo(status.zone)):%Y-%m-%d %H:%M}"
