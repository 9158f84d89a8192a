"""The audit pages as HTML. One column, English and Chinese; the script is static/count.js."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from edge_agent.pipelines.hand_counts.clips import Clip

WORDS = {
    "title": ("Count by hand", "人工核对客流"),
    "back": ("The device", "设备页面"),
    "code": ("Code", "口令"),
    "enter": ("Enter", "进入"),
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
    "recording": ("recording until {clock} UTC", "录制中，至 {clock} UTC"),
    "cancel": ("Stop and delete", "停止并删除"),
    "clips": ("Clips", "片段"),
    "none": ("none", "无"),
    "count": ("count", "计数"),
    "gone": ("deleted at {clock} UTC", "{clock} UTC 自动删除"),
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


def door_html(*, wrong: bool, is_chinese: bool) -> str:
    """The form that asks for the code."""
    word = _words(is_chinese)
    problem = f"<p class=bad role=alert>{word['wrong']}</p>" if wrong else ""
    return _page(
        f"{problem}<form method=post action=/audit/enter><label>{word['code']} "
        "<input type=password name=code autocomplete=current-password required autofocus></label> "
        f"<button>{word['enter']}</button></form>",
        is_chinese,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipList:
    """The clips there are; the lines, by camera, that one can be taken of; until when which camera
    takes one now; how long they are and are kept; why the last wish was not met."""

    clips: Sequence[Clip]
    lines: Mapping[str, Sequence[str]]
    recording: Mapping[str, datetime]
    minutes: float
    kept_h: float
    problem: str


def list_html(page: ClipList, *, is_chinese: bool) -> str:
    """What can be taken, what is being taken, what waits to be counted."""
    word = _words(is_chinese)
    why = word["why"].format(minutes=f"{page.minutes:g}", hours=f"{page.kept_h:g}")
    said = f"<p class=bad role=alert>{escape(page.problem)}</p>" if page.problem else ""
    options = "".join(
        f"<option value='{escape(camera)} {escape(line)}'>{escape(line)} ({escape(camera)})"
        for camera, names in page.lines.items()
        for line in names
    )
    if page.recording:
        until = max(page.recording.values())
        form = (
            f"<p class=recording>● {word['recording'].format(clock=f'{until:%H:%M:%S}')}</p>"
            f"<form method=post action=/audit/cancel><button>{word['cancel']}</button></form>"
        )
    else:
        form = (
            f"<form method=post action=/audit/start><label>{word['take']} "
            f"<select name=line>{options}</select></label> <button>{word['start']}</button></form>"
        )
    rows = "".join(_row(clip, word) for clip in page.clips) or f"<p>{word['none']}</p>"
    reload = "<meta http-equiv=refresh content=5>" if page.recording else ""
    return _page(f"<p>{why}</p>{said}{form}<h2>{word['clips']}</h2>{rows}", is_chinese, reload)


def clip_html(clip: Clip, *, is_chinese: bool) -> str:
    """One clip with its line drawn over it, two keys, and the answer."""
    word = _words(is_chinese)
    address = f"/audit/clips/{escape(clip.clip_id)}"
    (x1, y1), (x2, y2) = (_px(point, clip) for point in (clip.start, clip.end))
    # In is to the right of the line: the arrow stands square to it.
    middle = ((x1 + x2) / 2, (y1 + y2) / 2)
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-6)
    ahead = (middle[0] - (y2 - y1) / length * 34, middle[1] + (x2 - x1) / length * 34)
    speeds = "".join(
        f"<option value={speed}{' selected' if speed == 1 else ''}>{speed:g}×"
        for speed in (0.5, 1, 2, 4, 8)
    )
    texts = {name: word[name] for name in ("result", "nobody", "failed", "unwatched")}
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in texts.items())
    return _page(
        f"<p>{escape(clip.line_id)} · {clip.started_at:%Y-%m-%d %H:%M} UTC ·"
        f" {clip.seconds / 60:.1f} min</p><p>{word['keys']}</p>"
        f"<div class=film><video src='{address}/film' preload=auto muted playsinline controls>"
        f"</video><svg viewBox='0 0 {clip.width_px} {clip.height_px}' aria-hidden=true>"
        "<defs><marker id=tip viewBox='0 0 8 8' refX=6 refY=4 markerWidth=6 markerHeight=6"
        " orient=auto><path d='M0 0 8 4 0 8z'/></marker></defs>"
        f"<line x1={x1:.0f} y1={y1:.0f} x2={x2:.0f} y2={y2:.0f} />"
        f"<line x1={middle[0]:.0f} y1={middle[1]:.0f} x2={ahead[0]:.0f} y2={ahead[1]:.0f}"
        " marker-end=url(#tip) /></svg></div>"
        f"<section id=count data-action='{address}/count' {data}>"
        f"<button type=button data-way=in>{word['in']} <kbd>I</kbd> <b>0</b></button> "
        f"<button type=button data-way=out>{word['out']} <kbd>O</kbd> <b>0</b></button> "
        f"<button type=button data-undo>{word['undo']}</button> "
        f"<label>{word['speed']} <select data-speed>{speeds}</select></label> "
        f"<button type=button data-save>{word['save']}</button>"
        "<p role=status></p></section>"
        f"<form method=post action='{address}/delete'><button>{word['delete']}</button></form>"
        "<script src=/audit/static/count.js defer></script>",
        is_chinese,
    )


def _row(clip: Clip, word: Mapping[str, str]) -> str:
    address = f"/audit/clips/{escape(clip.clip_id)}"
    gone = word["gone"].format(clock=f"{clip.expires_at:%Y-%m-%d %H:%M}")
    return (
        f"<p><a href='{address}'>{escape(clip.line_id)} · {clip.started_at:%Y-%m-%d %H:%M} ·"
        f" {clip.seconds / 60:.1f} min: {word['count']}</a><br><span class=dim>{gone}</span></p>"
    )


def _px(point: tuple[float, float], clip: Clip) -> tuple[float, float]:
    return point[0] * clip.width_px, point[1] * clip.height_px


def _words(is_chinese: bool) -> dict[str, str]:
    return {key: texts[is_chinese] for key, texts in WORDS.items()}


def _page(content: str, is_chinese: bool, head: str = "") -> str:
    word = _words(is_chinese)
    return (
        f"<!doctype html><html lang={'zh' if is_chinese else 'en'}><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{word['title']}</title>{head}"
        "<link rel=stylesheet href=/audit/static/audit.css>"
        f"<p><a href=/>← {word['back']}</a></p><h1>{word['title']}</h1>{content}</html>"
    )
