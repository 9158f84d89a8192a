"""What every page of the console has in its head, and how a plain one is made."""

import hashlib
from pathlib import Path
from typing import Final

from markupsafe import Markup
from nicegui import ui

from cloud_hub.web.live.region import Region
from cloud_hub.web.words import Words

STATIC: Final = Path(__file__).parents[1] / "static"
STATIC_PATH: Final = "/console/static"

EARLY: Final = (
    "<script>(()=>{{const r=document.documentElement;r.lang='{language}';"
    "r.dataset.now='{now_ms}';r.dataset.units=JSON.stringify({units});"
    "r.dataset.theme=localStorage.getItem('aisle-theme')||"
    "(matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light');}})()</script>"
)
"""Before anything is drawn, so that no page flashes in the wrong colours."""


def dress_page(words: Words, title: str, now_ms: int) -> None:
    """Gives the NiceGUI page under construction the console's title, style and script."""
    ui.page_title(f"{title} · AisleOS")
    ui.add_head_html(
        EARLY.format(language=words.html_language, now_ms=now_ms, units=words.age_units)
        + f'<link rel="stylesheet" href="{_address("console.css")}">'
        + f'<script defer src="{_address("console.js")}"></script>'
    )


def show_plain(
    content: Markup, words: Words, title: str, now_ms: int, *, status: int = 200
) -> None:
    """A page without a bar: the door, or a message."""
    dress_page(words, title, now_ms)
    ui.context.client.status_code = status
    Region(content)


def _address(name: str) -> str:
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{STATIC_PATH}/{name}?v={mark}"
