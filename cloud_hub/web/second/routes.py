"""The second step at the door: a code after the password, or the factor set up where the role needs
one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from cloud_hub.access.audit_log import record_act
from cloud_hub.access.doors.second_factor import (
    Proof,
    address_of_secret,
    begun_secret,
    confirm_factor,
    factor_state,
    prove,
)
from cloud_hub.access.refusals import Refusals
from cloud_hub.access.tables import Login
from cloud_hub.access.throttle import Patience
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.factor_seal import FactorSeal
from cloud_hub.web.door import (
    Opened,
    act_of,
    back_to_login,
    is_own_form,
    let_in,
    opened_session,
)
from cloud_hub.web.second.page import SetUp, code_page, recovery_page, set_up_page
from cloud_hub.web.second.ticket import SECOND_PATH, TICKET_COOKIE, Ticket, ticket_of
from cloud_hub.web.second.trying import LONGEST_CODE, Try, Trying, card_response, words_of
from device_profiles.values.bounds import keepable


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Who got in by a code; with recovery codes to show where the factor was just set up."""

    opened: Opened
    recovery: Sequence[str] = ()


def second_routes(hub: Hub, refusals: Refusals, patience: Patience) -> APIRouter:
    """GET and POST /login/second, for a browser that holds a ticket."""
    router = APIRouter(include_in_schema=False)
    trying = Trying(hub=hub, refusals=refusals, patience=patience)

    @router.get(SECOND_PATH)
    async def show(request: Request) -> Response:
        return await _show(hub, request, "")

    @router.post(SECOND_PATH)
    async def take(request: Request) -> Response:
        if not is_own_form(request):
            return back_to_login("other-site")
        ticket = ticket_of(hub, request)
        if ticket is None:
            return back_to_login("late")
        code = keepable(str((await request.form()).get("code", "")), LONGEST_CODE)
        one = Try.of(ticket.tenant_id, ticket.login_name, request)
        words = words_of(request)
        entered = await trying.judge(one, lambda: _enter(hub, ticket, code), words)
        if isinstance(entered, str):
            return await _show(hub, request, entered)
        response = _entered(hub, request, ticket, entered)
        response.delete_cookie(TICKET_COOKIE, path=SECOND_PATH)
        return let_in(hub, response, entered.opened, is_secure=request.url.scheme == "https")

    return router


def _entered(hub: Hub, request: Request, ticket: Ticket, entered: Entered) -> Response:
    words, goto = words_of(request), ticket.place or entered.opened.first_page
    if not entered.recovery:
        return RedirectResponse(goto, status_code=303)
    page = recovery_page(words, entered.recovery, goto)
    return card_response(hub, request, words("Your recovery codes"), page)


async def _show(hub: Hub, request: Request, problem: str) -> Response:
    ticket = ticket_of(hub, request)
    asked = None if ticket is None else await asyncio.to_thread(_asked, hub, ticket)
    if asked is None:
        return back_to_login("late")
    words = words_of(request)
    if isinstance(asked, SetUp):
        page = set_up_page(words, asked, action=SECOND_PATH, problem=problem)
    else:
        page = code_page(words, problem)
    return card_response(hub, request, words("Sign in"), page)


def _asked(hub: Hub, ticket: Ticket) -> SetUp | bool | None:
    """What is to be set up; True where a code is asked for; None where the ticket is worth nothing
    any more."""
    with hub.sessions() as session:
        login = ticket.login(session)
        if login is None:
            return None
        state = factor_state(session, login)
        if state.is_on:
            return True
        return set_up_of(session, hub, login) if state.is_demanded else None


def set_up_of(session: Session, hub: Hub, login: Login) -> SetUp | None:
    """The secret that waits for its first code; None where none does."""
    secret = begun_secret(session, login, FactorSeal(hub.secrets), hub.clock.now())
    if secret is None:
        return None
    return SetUp(secret=secret, address=address_of_secret(secret, login))


def _enter(hub: Hub, ticket: Ticket, code: str) -> Entered | None:
    """Lets in who brings the right code; None where it is wrong or the login changed."""
    try:
        with hub.database.writing() as session:
            login = ticket.login(session)
            if login is None:
                return None
            state = factor_state(session, login)
            if state.is_on:
                return _proven(session, hub, login, code)
            return _set_up(session, hub, login, code) if state.is_demanded else None
    except Refused:
        return None


def _proven(session: Session, hub: Hub, login: Login, code: str) -> Entered | None:
    proof = prove(session, login, code, FactorSeal(hub.secrets), hub.clock.now())
    if proof is None:
        return None
    return Entered(opened=opened_session(session, hub, login, proof))


def _set_up(session: Session, hub: Hub, login: Login, code: str) -> Entered:
    now = hub.clock.now()
    recovery = confirm_factor(session, login, code, FactorSeal(hub.secrets), now)
    record_act(session, act_of(login, "second-factor-on"), now)
    return Entered(opened=opened_session(session, hub, login, Proof.CODE), recovery=recovery)
