"""The document around every page: head, bar, content, and where answers are told."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from cloud_hub.web.actions import Answer, Declined, Done
from cloud_hub.web.markup import NOTHING, el
from cloud_hub.web.words import Words

STATIC: Final = Path(__file__).parents[1] / "static"
STATIC_PATH: Final = "/console/static"
THEME_COOKIE: Final = "aisle_theme"
THEMES: Final = ("light", "dark")


def _mark(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


FILES: Final = {name: _mark(name) for name in ("console.css", "dark.css", "console.js", "live.js")}
MARK: Final = "-".join(FILES.values())
"""Names the scripts and styles of this hub: a page of an older one loads itself anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole page. `bar` is empty for the door and messages. `at` is the address that a live page
    follows, `digest` names the drawing it shows; `answer` what has just become of a form."""

    title: str
    words: Words
    now: datetime
    content: Markup
    bar: Markup = NOTHING
    at: str | None = None
    digest: str = ""
    answer: Answer | None = None
    status: int = 200


def page_response(sheet: Sheet, connection: HTTPConnection) -> HTMLResponse:
    """The page as it is sent. Never kept by a cache: it is somebody's, and of this moment."""
    chosen = connection.cookies.get(THEME_COOKIE)
    document = _document(sheet, chosen if chosen in THEMES else None)
    headers = {"Cache-Control": "no-store", "Vary": "Cookie"}
    return HTMLResponse(document, status_code=sheet.status, headers=headers)


def main_of(content: Markup) -> Markup:
    """A live page's content in its element, as the browser merges it."""
    return el("main", content, id="content", tabindex="-1")


def _document(sheet: Sheet, theme: str | None) -> Markup:
    return el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("title", f"{sheet.title} · AisleOS"),
            el("link", rel="icon", href=f"{STATIC_PATH}/mark.svg", type="image/svg+xml"),
            el("link", rel="stylesheet", href=_address("console.css")),
            el(
                "link",
                rel="stylesheet",
                href=_address("dark.css"),
                media=_media(theme),
                data_dark=True,
            ),
            el("script", defer=True, src=_address("console.js")),
            el("script", defer=True, src=_address("live.js")) if sheet.at is not None else None,
        ),
        el("body", sheet.bar, sheet.content, _notices(sheet)),
        lang=sheet.words.html_language,
        data_now=int(sheet.now.timestamp() * 1000),
        data_units=sheet.words.age_units,
        data_theme=theme,
        data_at=sheet.at,
        data_mark=MARK if sheet.at is not None else None,
        data_drawing=sheet.digest if sheet.at is not None else None,
    )


def _media(theme: str | None) -> str:
    """When the dark colours hold: as chosen, else as the device is set."""
    return {"dark": "all", "light": "not all"}.get(theme or "", "(prefers-color-scheme: dark)")


def _notices(sheet: Sheet) -> Markup | None:
    """Where a page tells what became of an act, and that its link is cut."""
    if sheet.at is None:
        return None
    words, answer = sheet.words, sheet.answer
    done = answer.message if isinstance(answer, Done) else ""
    problem = problem_of(answer, words) if answer is not None else ""
    return el(
        "div",
        el("p", words("Connection lost. Reconnecting …"), role="status", hidden=True, id="cut"),
        el("p", done, role="status", hidden=not done, id="done"),
        el("p", problem, role="alert", hidden=not problem, id="problem"),
        class_="notices",
        id="notices",
        data_not_sent=words("Not sent: there is no link to the hub. What you typed is kept."),
        data_unknown=words("The link dropped before the answer came. Look whether it was done."),
        data_ended=words("You were signed out. Sign in again in another tab, then go on here."),
        data_full=words("This login has too many pages open. This one stands still."),
        data_unsaved=words("What you typed here is not saved yet."),
    )


def problem_of(answer: Answer, words: Words) -> str:
    """What is wrong, in one sentence; "" where nothing is."""
    match answer:
        case Declined(message=message):
            return message
        case Done():
            return ""
    if "" in answer.errors:
        return answer.errors[""]
    return words("Not saved yet: see what is marked in the form.")


def _address(name: str) -> str:
    return f"{STATIC_PATH}/{name}?v={FILES[name]}"
