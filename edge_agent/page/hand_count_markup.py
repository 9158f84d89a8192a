"""The hand count's pages as HTML, English and Chinese; the script is static/count.js."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import htpy as h

from edge_agent.page.frame import framed
from edge_agent.pipelines.hand_counts.clips import Clip

WORDS = {
    "title": ("Count by hand", "人工核对客流"),
    "back": ("The device", "设备页面"),
    "code": ("Code", "口令"),
    "enter": ("Enter", "进入"),
    "wait": ("Too many wrong codes: wait {seconds} s.", "口令错误次数过多：请等待 {seconds} 秒。"),
    "wrong": ("That is not the code of this device's profile.", "口令不正确。"),
    "why": (
        "A clip of {minutes} minutes shows how exactly this door counts: you count it by hand, the"
        " device says what it counted. The clip stays on this device, is sent nowhere, and is"
        " deleted once it is counted, after {hours} hours at the latest. Tell the people who may"
        " be seen, as your law asks.",
        "录制 {minutes} 分钟片段，由您人工计数，与设备计数对比，得出本门的实测准确率。片段只保存在"
        "本设备上，不会外传；核对完成后立即删除，最迟 {hours} 小时后删除。"
        "请依法告知可能入镜的人员。",
    ),
    "take": ("Take a clip of", "录制片段："),
    "start": ("Start", "开始"),
    "recording": ("recording until {clock}", "录制中，至 {clock}"),
    "cancel": ("Stop and delete", "停止并删除"),
    "clips": ("Clips", "片段"),
    "none": ("none", "无"),
    "count": ("count", "计数"),
    "gone": ("deleted at {clock}", "{clock} 自动删除"),
    "delete": ("Delete", "删除"),
    "keys": (
        "Press I when somebody's feet cross the line inwards (along the arrow), O when outwards;"
        " Backspace takes the last one back, Space plays and stops.",
        "脚越过线进店（箭头方向）按 I，出店按 O；退格键撤销上一次，空格键播放/暂停。",
    ),
    "in": ("in", "进"),
    "out": ("out", "出"),
    "speed": ("speed", "速度"),
    "undo": ("Take back", "撤销"),
    "save": ("Done: compare", "完成并对比"),
    "unwatched": (
        "The clip has not been watched to its end; what comes later would count as missing.",
        "尚未看完整个片段，未看部分将计为漏计。",
    ),
    "result": (
        "Accuracy {accuracy}. By hand {hand_in} in, {hand_out} out; the device {in} in, {out} out;"
        " {missed} it missed, {surplus} it counted without anybody. Reported; the clip is deleted.",
        "准确率 {accuracy}。人工：进 {hand_in}，出 {hand_out}；设备：进 {in}，出 {out}；"
        "漏计 {missed}，多计 {surplus}。已上报，片段已删除。",
    ),
    "nobody": ("nobody crossed", "无人通过"),
    "failed": ("That could not be saved; try again.", "保存失败，请重试。"),
}
"""The pages' own words, (English, 中文)."""


def door_html(*, wrong: bool = False, wait_s: int = 0, is_chinese: bool) -> str:
    """The form that asks for the code; with why the last try failed."""
    word = _words(is_chinese)
    problem = word["wrong"] if wrong else word["wait"].format(seconds=wait_s) if wait_s else None
    code = h.input(
        type="password",
        name="code",
        autocomplete="current-password",
        required=True,
        autofocus=True,
    )
    return _page(
        h.p(class_="bad", role="alert")[problem] if problem else None,
        h.form(method="post", action="/audit/enter")[
            h.label[word["code"], " ", code], " ", h.button[word["enter"]]
        ],
        is_chinese=is_chinese,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipList:
    """The clips there are; the lines, by camera, that one can be taken of; until when which camera
    takes one now; how long they are and are kept; the store's `zone`, by whose clock times are
    told; why the last wish was not met."""

    clips: Sequence[Clip]
    lines: Mapping[str, Sequence[str]]
    recording: Mapping[str, datetime]
    minutes: float
    kept_h: float
    zone: ZoneInfo
    problem: str


def list_html(page: ClipList, *, is_chinese: bool) -> str:
    """What can be taken, what is being taken, what waits to be counted."""
    word = _words(is_chinese)
    return _page(
        h.p[word["why"].format(minutes=f"{page.minutes:g}", hours=f"{page.kept_h:g}")],
        h.p(class_="bad", role="alert")[page.problem] if page.problem else None,
        _recording(page, word) if page.recording else _take(page, word),
        h.h2[word["clips"]],
        [_row(clip, page.zone, word) for clip in page.clips] or h.p[word["none"]],
        head=h.meta(http_equiv="refresh", content="5") if page.recording else None,
        is_chinese=is_chinese,
    )


def _recording(page: ClipList, word: Mapping[str, str]) -> h.Node:
    until = max(page.recording.values()).astimezone(page.zone)
    return (
        h.p(class_="recording")[f"● {word['recording'].format(clock=f'{until:%H:%M:%S}')}"],
        h.form(method="post", action="/audit/cancel")[h.button[word["cancel"]]],
    )


def _take(page: ClipList, word: Mapping[str, str]) -> h.Node:
    options = [
        h.option(value=f"{camera} {line}")[f"{line} ({camera})"]
        for camera, names in page.lines.items()
        for line in names
    ]
    return h.form(method="post", action="/audit/start")[
        h.label[word["take"], " ", h.select(name="line")[options]], " ", h.button[word["start"]]
    ]


def _row(clip: Clip, zone: ZoneInfo, word: Mapping[str, str]) -> h.Node:
    gone = word["gone"].format(clock=f"{clip.expires_at.astimezone(zone):%Y-%m-%d %H:%M}")
    return h.p[
        h.a(href=f"/audit/clips/{clip.clip_id}")[
            f"{clip.line_id} · {clip.started_at.astimezone(zone):%Y-%m-%d %H:%M} ·"
            f" {clip.seconds / 60:.1f} min: {word['count']}"
        ],
        h.br,
        h.span(class_="dim")[gone],
    ]


def clip_html(clip: Clip, *, zone: ZoneInfo, is_chinese: bool) -> str:
    """One clip with its line drawn over it, two keys, and the answer."""
    word = _words(is_chinese)
    started_at = clip.started_at.astimezone(zone)
    address = f"/audit/clips/{clip.clip_id}"
    film = h.video(
        src=f"{address}/film", preload="auto", muted=True, playsinline=True, controls=True
    )
    return _page(
        h.p[f"{clip.line_id} · {started_at:%Y-%m-%d %H:%M} · {clip.seconds / 60:.1f} min"],
        h.p[word["keys"]],
        h.div(class_="film")[film, _drawn_line(clip)],
        _keys(address, word),
        h.form(method="post", action=f"{address}/delete")[h.button[word["delete"]]],
        head=h.script(src="/audit/static/count.js", defer=True),
        is_chinese=is_chinese,
    )


def _drawn_line(clip: Clip) -> h.Node:
    """The line over the film, with an arrow the way that is in."""
    (x1, y1), (x2, y2) = (_px(point, clip) for point in (clip.start, clip.end))
    # In is to the right of the line: the arrow stands square to it.
    middle = ((x1 + x2) / 2, (y1 + y2) / 2)
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-6)
    ahead = (middle[0] - (y2 - y1) / length * 34, middle[1] + (x2 - x1) / length * 34)
    tip = h.marker(
        id="tip", viewBox="0 0 8 8", refX=6, refY=4, markerWidth=6, markerHeight=6, orient="auto"
    )
    return h.svg(viewBox=f"0 0 {clip.width_px} {clip.height_px}", aria_hidden="true")[
        h.defs[tip[h.path(d="M0 0 8 4 0 8z")]],
        h.line(x1=f"{x1:.0f}", y1=f"{y1:.0f}", x2=f"{x2:.0f}", y2=f"{y2:.0f}"),
        h.line(
            x1=f"{middle[0]:.0f}",
            y1=f"{middle[1]:.0f}",
            x2=f"{ahead[0]:.0f}",
            y2=f"{ahead[1]:.0f}",
            marker_end="url(#tip)",
        ),
    ]


def _keys(address: str, word: Mapping[str, str]) -> h.Node:
    """What is pressed, and what the script says of it, in this page's language."""
    texts = {f"data-{name}": word[name] for name in ("result", "nobody", "failed", "unwatched")}
    speeds = [
        h.option(value=f"{speed:g}", selected=speed == 1)[f"{speed:g}×"]
        for speed in (0.5, 1, 2, 4, 8)
    ]
    return h.section({"id": "count", "data-action": f"{address}/count", **texts})[
        h.button(type="button", data_way="in")[word["in"], " ", h.kbd["I"], " ", h.b["0"]],
        " ",
        h.button(type="button", data_way="out")[word["out"], " ", h.kbd["O"], " ", h.b["0"]],
        " ",
        h.button(type="button", data_undo=True)[word["undo"]],
        " ",
        h.label[word["speed"], " ", h.select(data_speed=True)[speeds]],
        " ",
        h.button(type="button", data_save=True)[word["save"]],
        h.p(role="status"),
    ]


def _px(point: tuple[float, float], clip: Clip) -> tuple[float, float]:
    return point[0] * clip.width_px, point[1] * clip.height_px


def _words(is_chinese: bool) -> dict[str, str]:
    return {key: texts[is_chinese] for key, texts in WORDS.items()}


def _page(*content: h.Node, head: h.Node = None, is_chinese: bool) -> str:
    word = _words(is_chinese)
    return framed(
        word["title"],
        h.p[h.a(href="/")[f"← {word['back']}"]],
        h.h1[word["title"]],
        content,
        head=[head, h.link(rel="stylesheet", href="/audit/static/audit.css")],
        is_chinese=is_chinese,
    )
