"""What a browser gets when it asks for an address: a page, the door, or a message."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.web.actions import Answer, Attempt
from cloud_hub.web.door import own_path
from cloud_hub.web.live.console import Console, Guest, Place
from cloud_hub.web.live.flash import SAID_COOKIE, told_by_last_page
from cloud_hub.web.live.shell import Sheet, main_of, page_response
from cloud_hub.web.markup import Markup
from cloud_hub.web.pages.login import login_page
from cloud_hub.web.pages.message import broken_page, first_run_page, not_found_page, not_yours_page
from cloud_hub.web.parts.bar import bar
from cloud_hub.web.reader import Reader
from cloud_hub.web.roles import landing
from cloud_hub.web.screen import menu_of
from cloud_hub.web.visit import language_asked
from cloud_hub.web.words import UTC, Words

log = logging.getLogger(__name__)

HOME: Final = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What a page tells beside the facts: what became of a form, and the form to put right."""

    answer: Answer | None = None
    attempt: Attempt | None = None
    status: int = 200


async def show_page(console: Console, request: Request) -> Response:
    """The page at the request's address, whatever that is."""
    path = request.url.path
    place = console.place(f"{path}?{request.url.query}")
    if place is None:
        return await show_nothing(console, request)
    guest = await asyncio.to_thread(console.guest, request)
    if guest.visit is None:
        return _door(console, guest, request, place.address)
    if path == HOME and not guest.visit.viewer.may(place.screen.permission):
        return RedirectResponse(landing(guest.visit.viewer), status_code=303)
    if "export" in request.query_params:
        return await _file(console, request, guest, place)
    said = told_by_last_page(request)
    response = await screen_response(console, request, guest, place, Showing(answer=said))
    if said is not None:
        response.delete_cookie(SAID_COOKIE)
    return response


async def screen_response(
    console: Console, request: Request, guest: Guest, place: Place, showing: Showing
) -> Response:
    """A place as a whole page for who is signed in, or why it cannot be shown."""
    visit, frame = guest.visit, guest.frame
    if visit is None or frame is None:
        return _first_run(console, request, guest)
    words = Words(visit.viewer.language, frame.zone)
    now = console.hub.clock.now()
    try:
        drawing = await console.draw(place, visit.viewer, frame.zone, showing.attempt)
    except NotYours:
        return _message(console, request, not_yours_page(words), words, 403)
    except NotFound:
        return _message(console, request, not_found_page(words), words, 404)
    except Exception:
        # A page that cannot be drawn is told to the person as such, and to the log in full.
        log.exception("page not drawn", extra={"action": "draw", "page": place.path})
        return _message(console, request, broken_page(words), words, 500)
    reader = Reader(viewer=visit.viewer, words=words, now=now, here=place.path)
    sheet = Sheet(
        title=await asyncio.to_thread(console.title, place, visit.viewer, words),
        words=words,
        now=now,
        content=main_of(drawing.markup),
        bar=bar(visit, frame, reader, menu_of(console.screens, visit.viewer, words)),
        at=place.address,
        digest=drawing.digest if showing.attempt is None else "",
        answer=showing.answer,
        status=showing.status,
    )
    return page_response(sheet, request)


async def _file(console: Console, request: Request, guest: Guest, place: Place) -> Response:
    """A table of the page as a file, with the reader's own rights."""
    visit, frame = guest.visit, guest.frame
    if visit is None or frame is None:
        return _first_run(console, request, guest)
    words, name = Words(visit.viewer.language, frame.zone), request.query_params["export"]
    try:
        file = await asyncio.to_thread(console.export, place, visit, frame.zone, name)
    except NotYours:
        return _message(console, request, not_yours_page(words), words, 403)
    except NotFound:
        return _message(console, request, not_found_page(words), words, 404)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": "no-store",
    }
    return Response(file.text, media_type="text/csv; charset=utf-8", headers=headers)


async def show_login(console: Console, request: Request) -> Response:
    """The door; who is signed in already goes to their first page."""
    guest = await asyncio.to_thread(console.guest, request)
    query = request.query_params
    if guest.visit is not None and "problem" not in query:
        return RedirectResponse(landing(guest.visit.viewer), status_code=303)
    if not guest.any_chain:
        return _first_run(console, request, guest)
    words = Words(language_asked(request), UTC)
    content = login_page(
        words,
        problem=query.get("problem", ""),
        seconds=query.get("seconds", ""),
        place=own_path(query.get("next", "")),
    )
    return _plain(console, request, Plain(title=words("Sign in"), content=content, words=words))


async def show_nothing(console: Console, request: Request) -> Response:
    """There is no such address."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": "There is no such address."}, status_code=404)
    words = Words(language_asked(request), UTC)
    return _message(console, request, not_found_page(words), words, 404)


def _door(console: Console, guest: Guest, request: Request, address: str) -> Response:
    if not guest.any_chain:
        return _first_run(console, request, guest)
    asked = "" if address == HOME else "?" + urlencode({"next": address})
    return RedirectResponse(f"/login{asked}", status_code=303)


def _first_run(console: Console, request: Request, guest: Guest) -> Response:
    language = guest.visit.viewer.language if guest.visit else language_asked(request)
    words = Words(language, UTC)
    plain = Plain(title=words("No stores yet"), content=first_run_page(words), words=words)
    return _plain(console, request, plain)


def _message(
    console: Console, request: Request, content: Markup, words: Words, status: int
) -> Response:
    title = {404: words("There is nothing here"), 403: words("This page is not for your login")}
    said = title.get(status, words("This page could not be drawn"))
    plain = Plain(title=said, content=content, words=words, status=status)
    return _plain(console, request, plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A page without a bar: the door, or a message."""

    title: str
    content: Markup
    words: Words
    status: int = 200


def _plain(console: Console, request: Request, plain: Plain) -> Response:
    sheet = Sheet(
        title=plain.title,
        words=plain.words,
        now=console.hub.clock.now(),
        content=plain.content,
        status=plain.status,
    )
    return page_response(sheet, request)
