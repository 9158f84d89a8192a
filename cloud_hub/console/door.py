"""Signing in and out: two form posts, a throttle, a cookie that scripts cannot read."""

import asyncio
import logging
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cloud_hub.acts import record_act
from cloud_hub.auth import (
    SESSION_COOKIE,
    check_password,
    close_session,
    open_session,
    viewer_of_login,
)
from cloud_hub.console.access import SEE_AS_COOKIE
from cloud_hub.console.roles import landing
from cloud_hub.hub import Hub

log = logging.getLogger(__name__)

LONGEST_PASSWORD: Final = 1024


def door_routes(hub: Hub) -> APIRouter:
    """POST /login and POST /logout. Both refuse a form that another site sent."""
    router = APIRouter(include_in_schema=False)

    @router.post("/login")
    async def sign_in(request: Request) -> Response:
        if not is_own_form(request):
            return _back_to_login("other-site")
        form = await request.form()
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        place = own_path(str(form.get("next", "")))
        if len(password) > LONGEST_PASSWORD:
            return _back_to_login("wrong", place)
        address = request.client.host if request.client else ""
        return await _try(hub, request, (name.strip(), password), address, place)

    @router.post("/logout")
    async def sign_out(request: Request) -> Response:
        if not is_own_form(request):
            return _back_to_login("other-site")
        cookie = request.cookies.get(SESSION_COOKIE, "")
        await asyncio.to_thread(_close, hub, cookie)
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE)
        response.delete_cookie(SEE_AS_COOKIE)
        return response

    return router


def is_own_form(request: Request) -> bool:
    """Whether a post came from this console's own page. Browsers say so themselves; the cookie's
    SameSite keeps other sites out as well."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def own_path(place: str) -> str:
    """`place` where it is a path on this console, else "" (no way out to another site)."""
    parts = urlsplit(place)
    inside = place.startswith("/") and not place.startswith("//") and "\\" not in place
    return place if inside and not parts.scheme and not parts.netloc else ""


async def _try(
    hub: Hub, request: Request, who: tuple[str, str], address: str, place: str
) -> Response:
    name, password = who
    now = hub.clock.now()
    keys = (f"name:{name}", f"address:{address}")
    wait_s = max(hub.throttle.wait_s(key, now) for key in keys)
    if wait_s > 0:
        return _back_to_login("wait", place, seconds=int(wait_s) + 1)
    opened = await asyncio.to_thread(_open, hub, name, password)
    if opened is None:
        for key in keys:
            hub.throttle.failed(key, now)
        log.warning("sign-in refused", extra={"action": "sign_in_refused", "login": name})
        return _back_to_login("wrong", place)
    for key in keys:
        hub.throttle.succeeded(key)
    cookie, first_page = opened
    response = RedirectResponse(place or first_page, status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        cookie,
        max_age=hub.settings.session_days * 86_400,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    response.delete_cookie(SEE_AS_COOKIE)
    return response


def _open(hub: Hub, name: str, password: str) -> tuple[str, str] | None:
    with hub.sessions() as session:
        login = check_password(session, name, password)
    if login is None:
        return None
    lasts = timedelta(days=hub.settings.session_days)
    with hub.database.writing() as session:
        cookie = open_session(session, login, hub.clock.now(), lasts=lasts)
        record_act(
            session,
            tenant_id=login.tenant_id,
            actor=login.login_name,
            action="sign-in",
            subject=login.login_name,
            detail={},
            now=hub.clock.now(),
        )
    return cookie, landing(viewer_of_login(login))


def _close(hub: Hub, cookie: str) -> None:
    with hub.database.writing() as session:
        close_session(session, cookie)


def _back_to_login(problem: str, place: str = "", *, seconds: int | None = None) -> Response:
    query = {"problem": problem, "next": place, "seconds": seconds}
    asked = urlencode({name: value for name, value in query.items() if value})
    return RedirectResponse(f"/login?{asked}", status_code=303)
