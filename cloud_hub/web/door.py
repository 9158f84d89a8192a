"""Signing in and out: two form posts, a throttle, a cookie that scripts cannot read."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.doors.second_factor import Proof, begin_factor, factor_state
from cloud_hub.access.refusals import NOBODY, Refusal, Refusals
from cloud_hub.access.sign_in import (
    SESSION_COOKIE,
    check_password,
    close_session,
    login_of,
    open_session,
    viewer_of_login,
)
from cloud_hub.access.tables import Login
from cloud_hub.access.throttle import Patience, network_of
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.factor_seal import FactorSeal
from cloud_hub.web.refused import address_of, note_refusals
from cloud_hub.web.roles import landing
from cloud_hub.web.second.ticket import Ticket, second_step
from cloud_hub.web.visit import SEE_AS_COOKIE
from device_profiles.values.bounds import keepable

log = logging.getLogger(__name__)

LONGEST_PASSWORD: Final = 1024
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAttempt:
    """One try to sign in. `place` is where to go afterwards, "" for the role's first page."""

    name: str
    password: str
    address: str
    place: str

    @property
    def pair(self) -> str:
        """Who tries from where."""
        return f"{self.name} {network_of(self.address)}"


def door_routes(hub: Hub, refusals: Refusals) -> APIRouter:
    """POST /login and POST /logout. Both refuse a form that another site sent."""
    router = APIRouter(include_in_schema=False)
    patience = Patience()

    @router.post("/login")
    async def sign_in(request: Request) -> Response:
        if not is_own_form(request):
            return back_to_login("other-site")
        form = await request.form()
        attempt = SignInAttempt(
            name=keepable(str(form.get("name", "")).strip(), LONGEST_NAME),
            password=keepable(str(form.get("password", "")), LONGEST_PASSWORD + 1),
            address=address_of(request),
            place=own_path(str(form.get("next", ""))),
        )
        is_secure = request.url.scheme == "https"
        opened = await _try(hub, patience, attempt)
        if isinstance(opened, NotLetIn):
            refused = await asyncio.to_thread(_refused, hub, attempt, opened)
            await note_refusals(hub, refusals, *refused)
            return back_to_login(opened.problem, attempt.place, seconds=opened.seconds)
        if isinstance(opened, Ticket):
            return second_step(hub, opened, is_secure=is_secure)
        response = RedirectResponse(attempt.place or opened.first_page, status_code=303)
        return let_in(hub, response, opened, is_secure=is_secure)

    @router.post("/logout")
    async def sign_out(request: Request) -> Response:
        if not is_own_form(request):
            return back_to_login("other-site")
        cookie = request.cookies.get(SESSION_COOKIE, "")
        await asyncio.to_thread(_close, hub, cookie)
        hub.changed.announce()  # open pages of this session look at once, and leave
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
    return request.headers.get("origin") is None or is_own_origin(request)


def is_own_origin(connection: HTTPConnection) -> bool:
    """Whether a page of this console asks. A browser names the asking page's origin for every post
    and every websocket."""
    origin = connection.headers.get("origin", "")
    return bool(origin) and site_of(origin) == connection.headers.get("host")


def site_of(address: str) -> str:
    """Host and port of an address; "" where it is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def own_path(place: str) -> str:
    """`place` where it is a path on this console, else "" (no way out to another site)."""
    inside = place.startswith("/") and not place.startswith("//") and "\\" not in place
    return place if inside and not site_of(place) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLetIn:
    """Why somebody was not let in: `wrong`, or `wait` with the seconds."""

    problem: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that was just opened: its cookie, and the role's first page."""

    cookie: str = field(repr=False)
    first_page: str


async def _try(hub: Hub, patience: Patience, attempt: SignInAttempt) -> Opened | Ticket | NotLetIn:
    """The new session, or the ticket to the second step, or why there is neither."""
    now = hub.clock.now()
    if (wait_s := patience.wait_s(attempt, now)) > 0:
        return NotLetIn(problem="wait", seconds=int(wait_s) + 1)
    # Counted before it is judged, so that many tries at once do not all slip through.
    patience.failed(attempt, now)
    opened = await asyncio.to_thread(_open, hub, attempt)
    if opened is None:
        log.warning("sign-in refused", extra={"action": "sign-in-refused", "login": attempt.name})
        return NotLetIn(problem="wrong")
    patience.succeeded(attempt)
    return opened


def _refused(hub: Hub, attempt: SignInAttempt, why: NotLetIn) -> list[Refusal]:
    """What the log of each chain that has such a login is told, else the hub's own."""
    with hub.sessions() as session:
        query = sa.select(Login.tenant_id).where(Login.login_name == attempt.name)
        tenants = session.scalars(query.order_by(Login.tenant_id)).all()
    action = "sign-in-refused" if why.problem == "wrong" else "sign-in-throttled"
    name = attempt.name if tenants else NOBODY
    return [
        Refusal(
            tenant_id=tenant_id,
            actor=name,
            action=action,
            subject=name,
            address=attempt.address,
        )
        for tenant_id in tenants or (ANY_TENANT,)
    ]


def let_in(hub: Hub, response: Response, opened: Opened, *, is_secure: bool) -> Response:
    """`response`, which gives the browser its session."""
    response.set_cookie(
        SESSION_COOKIE,
        opened.cookie,
        max_age=hub.settings.session_days * 86_400,
        httponly=True,
        samesite="lax",
        secure=is_secure,
    )
    response.delete_cookie(SEE_AS_COOKIE)
    return response


def _open(hub: Hub, attempt: SignInAttempt) -> Opened | Ticket | None:
    """The new session, or the ticket to the second step; None when name or password is wrong."""
    if len(attempt.password) > LONGEST_PASSWORD:
        return None
    with hub.sessions() as session:
        login = check_password(session, attempt.name, attempt.password)
    if login is None:
        return None
    try:
        with hub.database.writing() as session:
            state = factor_state(session, login)
            if not state.asks:
                return opened_session(session, hub, login)
            if not state.is_on:
                # A secret that somebody else was shown before is worth nothing now.
                begin_factor(session, login, FactorSeal(hub.secrets), hub.clock.now())
            return Ticket.of(login, attempt.place)
    except Refused:
        return None


def opened_session(session: Session, hub: Hub, login: Login, proof: Proof | None = None) -> Opened:
    """A session of `login`, noted in the audit log with what was shown beside the password.

    Raises Refused where the login was changed since its password was checked.
    """
    lasts, now = timedelta(days=hub.settings.session_days), hub.clock.now()
    cookie = open_session(session, login, now, lasts=lasts)
    detail = {} if proof is None else {"second_factor": proof.value}
    record_act(session, act_of(login, "sign-in", detail), now)
    return Opened(cookie=cookie, first_page=landing(viewer_of_login(session, login)))


def _close(hub: Hub, cookie: str) -> None:
    now = hub.clock.now()
    with hub.database.writing() as session:
        login = login_of(session, cookie, now)
        close_session(session, cookie)
        if login is not None:
            record_act(session, act_of(login, "sign-out"), now)


def act_of(login: Login, action: str, detail: Mapping[str, object] | None = None) -> Act:
    """What a login did to itself."""
    return Act(
        tenant_id=login.tenant_id,
        actor=login.login_name,
        action=action,
        subject=login.login_name,
        detail=detail or {},
    )


def back_to_login(problem: str, place: str = "", *, seconds: int | None = None) -> Response:
    """To the form again, with why and how long to wait."""
    query = {"problem": problem, "next": place, "seconds": seconds}
    asked = urlencode({name: value for name, value in query.items() if value})
    return RedirectResponse(f"/login?{asked}", status_code=303)
