"""The device's own page: what it sees, its alarms, its books, its link. Works with no network.

Server-rendered, one column, no scripts but a reload, English and Chinese.
"""

import asyncio
import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from html import escape

from aiohttp import web

from edge_agent.page.status import DeviceStatus, StatusBoard
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
    "balanced": ("adds up ✓", "账平 ✓"),
    "unbalanced": ("does not add up ✗", "账不平 ✗"),
    "since": ("since", "自"),
    "until": ("until", "至"),
    "simulated": ("Simulated", "演示"),
    "ago": ("ago", "前"),
    "photo": ("last photo", "最近照片"),
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

STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif}
body{margin:0 auto;max-width:40rem;padding:1rem}
h1{font-size:1.25rem;margin:0}h2{font-size:1rem;margin:1.4rem 0 .3rem}
table{border-collapse:collapse;width:100%}td,th{padding:.2rem .4rem;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
tr{border-bottom:1px solid #8884}img{width:100%;border-radius:.4rem}
.bad{color:#c62828;font-weight:600}.good{color:#2e7d32}.dim{opacity:.7}a{color:inherit}
@media(prefers-color-scheme:dark){.bad{color:#ff8a80}.good{color:#9ccc65}}
"""


@dataclass(frozen=True, slots=True)
class Page:
    """The routes of the page."""

    desk: StatusBoard

    def add_to(self, app: web.Application) -> None:
        """Adds the page, its data and a health answer to a local application."""
        app.add_routes(
            [
                web.get("/", self._show),
                web.get("/status.json", self._data),
                web.get("/pictures/{name}", self._picture),
            ]
        )
        add_health(app, self.desk)

    async def _show(self, request: web.Request) -> web.Response:
        status = await asyncio.to_thread(self.desk.look)
        return web.Response(
            text=render(status, is_chinese=_wants_chinese(request)), content_type="text/html"
        )

    async def _data(self, request: web.Request) -> web.Response:
        status = await asyncio.to_thread(self.desk.look)
        data = dataclasses.asdict(status) | {
            "balanced": status.is_balanced,
            "waiting": status.waiting,
        }
        return web.json_response(data, dumps=_dump)

    async def _picture(self, request: web.Request) -> web.Response:
        load = self.desk.pictures.get(request.match_info["name"])
        data = await asyncio.to_thread(load) if load else None
        if data is None:
            raise web.HTTPNotFound(reason="no picture yet")
        return web.Response(
            body=data, content_type="image/jpeg", headers={"Cache-Control": "no-store"}
        )


def add_health(app: web.Application, desk: StatusBoard) -> None:
    """Adds `GET /healthz`: 200 while the agent runs and can read its file."""

    async def answer(request: web.Request) -> web.Response:
        status = await asyncio.to_thread(desk.look)
        return web.json_response(
            {
                "status": "ok",
                "device": status.device_id,
                "link": status.link.state,
                "waiting": status.waiting,
                "balanced": status.is_balanced,
            }
        )

    app.add_routes([web.get("/healthz", answer)])


def render(status: DeviceStatus, *, is_chinese: bool) -> str:
    """The page as HTML."""
    word = _Words(is_chinese)
    other = "en" if is_chinese else "zh"
    title = f"{status.device_id} · {status.store_id}"
    flag = f" · {word('simulated')}" if status.simulated else ""
    return "".join(
        (
            f"<!doctype html><html lang={'zh' if is_chinese else 'en'}><meta charset=utf-8>"
            "<meta name=viewport content='width=device-width,initial-scale=1'>"
            f"<meta http-equiv=refresh content={RELOAD_S}>"
            f"<title>{escape(title)}</title><style>{STYLE}</style>",
            f"<h1>{escape(title)}</h1><p class=dim>{escape(word.code(status.kind))}{flag} ·"
            f" {_clock(status.now)} UTC · <a href='?lang={other}'>{'EN' if is_chinese else '中文'}"
            "</a></p>",
            _link(status, word),
            _alarms(status, word),
            _pictures(status, word),
            _seen(status, word),
            _parts(status, word),
            _books(status, word),
            _links(status, word),
            "</html>",
        )
    )


@dataclass(frozen=True, slots=True)
class _Words:
    is_chinese: bool

    def __call__(self, key: str) -> str:
        return WORDS[key][self.is_chinese]

    def code(self, code: str) -> str:
        return STATE_WORDS.get(code, code) if self.is_chinese else code.replace("-", " ")

    def age(self, age_s: float) -> str:
        units = ((86400, "d", "天"), (3600, "h", "小时"), (60, "min", "分钟"), (1, "s", "秒"))
        size, en, zh = next((unit for unit in units if age_s >= unit[0]), units[-1])
        return f"{age_s // size:.0f} {zh if self.is_chinese else en}"


def _link(status: DeviceStatus, word: _Words) -> str:
    tone = "good" if status.link.state is LinkState.ONLINE else "dim"
    return (
        f"<p>{word('link')}: <b class={tone}>{escape(word.code(status.link.state))}</b>"
        f" <span class=dim>{escape(status.link.detail)}</span></p>"
    )


def _alarms(status: DeviceStatus, word: _Words) -> str:
    rows = []
    for alarm in status.alarms:
        stands = alarm.cleared_at is None
        span = f"{word('since')} {_clock(alarm.raised_at)}"
        if alarm.cleared_at is not None:
            span += f" {word('until')} {_clock(alarm.cleared_at)}"
        figure = "" if alarm.value is None else f" {alarm.value:g}"
        figure += "" if alarm.limit is None else f" &gt; {alarm.limit:g}"
        rows.append(
            f"<tr><td class={'bad' if stands else 'dim'}>{escape(word.code(alarm.alarm))}</td>"
            f"<td>{escape(alarm.subject)}{figure}<br><span class=dim>{span}"
            f" {escape(alarm.detail)}</span></td></tr>"
        )
    body = f"<table>{''.join(rows)}</table>" if rows else f"<p class=good>{word('no_alarms')}</p>"
    return f"<h2>{word('alarms')}</h2>{body}"


def _pictures(status: DeviceStatus, word: _Words) -> str:
    return "".join(
        f"<img src='/pictures/{escape(name)}' alt='{word('photo')} {escape(name)}'>"
        for name in status.pictures
    )


def _seen(status: DeviceStatus, word: _Words) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.zh if word.is_chinese else one.en)}</td>"
        f"<td class=n>{escape(one.value)}</td><td class='n dim'>{_age(one.age_s, word)}</td></tr>"
        for one in status.seen
    )
    return f"<h2>{word('seen')}</h2><table>{rows}</table>" if rows else ""


def _parts(status: DeviceStatus, word: _Words) -> str:
    rows = "".join(
        f"<tr><td>{escape(word.code(part.name))}</td>"
        f"<td class={'bad' if part.state in ('late', 'lost') else 'good'}>"
        f"{escape(word.code(part.state))}<br><span class=dim>{escape(part.detail)}</span></td>"
        f"<td class='n dim'>{_age(part.age_s, word)}</td></tr>"
        for part in status.parts
    )
    return f"<h2>{word('parts')}</h2><table>{rows}</table>"


def _books(status: DeviceStatus, word: _Words) -> str:
    columns = ("produced", "acknowledged", "lost", "waiting")
    head = "".join(f"<th class=n>{word(column)}</th>" for column in columns)
    rows = "".join(
        f"<tr><td>{escape(word.code(lane.lane.name.lower()))}</td>"
        f"<td class=n>{lane.produced}</td><td class=n>{lane.acknowledged}</td>"
        f"<td class=n>{lane.lost}</td><td class=n>{lane.waiting}</td></tr>"
        for lane in status.lanes
        if lane.produced
    )
    verdict = word("balanced" if status.is_balanced else "unbalanced")
    tone = "good" if status.is_balanced else "bad"
    return (
        f"<h2>{word('books')}</h2><table><tr><th>{word('lane')}</th>{head}</tr>{rows}</table>"
        f"<p class={tone}>{verdict}</p>"
    )


def _links(status: DeviceStatus, word: _Words) -> str:
    return "".join(
        f"<p><a href='{escape(link.href)}'>"
        f"{escape(link.zh if word.is_chinese else link.en)}</a></p>"
        for link in status.links
    )


def _age(age_s: float | None, word: _Words) -> str:
    return "" if age_s is None else f"{word.age(age_s)} {word('ago')}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _wants_chinese(request: web.Request) -> bool:
    asked = request.query.get("lang")
    if asked:
        return asked.startswith("zh")
    return request.headers.get("Accept-Language", "").lower().startswith("zh")


def _dump(data: object) -> str:
    return json.dumps(data, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
