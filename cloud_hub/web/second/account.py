"""One's own login: the second factor turned on and off, recovery codes made anew."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from cloud_hub.access.audit_log import record_act
from cloud_hub.access.doors.second_factor import (
    FactorState,
    begin_factor,
    confirm_factor,
    factor_state,
    forget_factor,
    prove,
    renew_recovery,
)
from cloud_hub.access.refusals import Refusals
from cloud_hub.access.sign_in import SESSION_COOKIE, is_password_of, login_of
from cloud_hub.access.tables import Login, LoginSession
from cloud_hub.access.throttle import Patience
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.factor_seal import FactorSeal
from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.web.door import LONGEST_PASSWORD, act_of, back_to_login, is_own_form
from cloud_hub.web.second.page import SetUp, account_page, recovery_page, set_up_page
from cloud_hub.web.second.routes import set_up_of
from cloud_hub.web.second.trying import LONGEST_CODE, Try, Trying, card_response, words_of
from device_profiles.values.bounds import Word, keepable

ACCOUNT_PATH: Final = "/account"
LONGEST: Final = max(LONGEST_CODE, LONGEST_PASSWORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A signed-in login and what its page shows."""

    tenant_id: str
    login_name: str
    cookie: str
    state: FactorState
    set_up: SetUp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of a form; `recovery` codes to show, if any were made."""

    recovery: Sequence[str] = ()


def account_routes(hub: Hub, refusals: Refusals, patience: Patience) -> APIRouter:
    """GET /account, and the posts of its forms."""
    router = APIRouter(prefix=ACCOUNT_PATH, include_in_schema=False)
    trying = Trying(hub=hub, refusals=refusals, patience=patience)

    @router.get("")
    async def show(request: Request) -> Response:
        return await _show(hub, request, "")

    @router.post("/{what}")
    async def change(request: Request, what: Word) -> Response:
        if not is_own_form(request):
            return back_to_login("other-site")
        account = await asyncio.to_thread(_account, hub, request)
        if account is None:
            return back_to_login("ended", ACCOUNT_PATH)
        form = await request.form()
        typed = keepable(str(form.get("password" if what == "begin" else "code", "")), LONGEST)
        one = Try.of(account.tenant_id, account.login_name, request)
        words = words_of(request)
        done = await trying.judge(one, lambda: _changed(hub, account.cookie, what, typed), words)
        if isinstance(done, str):
            return await _show(hub, request, done)
        if done.recovery:
            page = recovery_page(words, done.recovery, ACCOUNT_PATH)
            return card_response(hub, request, words("Your recovery codes"), page)
        return RedirectResponse(ACCOUNT_PATH, status_code=303)

    return router


async def _show(hub: Hub, request: Request, problem: str) -> Response:
    account = await asyncio.to_thread(_account, hub, request)
    if account is None:
        return back_to_login("", ACCOUNT_PATH)
    words = words_of(request)
    if account.set_up is not None:
        action = f"{ACCOUNT_PATH}/confirm"
        page = set_up_page(words, account.set_up, action=action, problem=problem)
    else:
        page = account_page(words, account.login_name, account.state, problem)
    return card_response(hub, request, words("Your login"), page)


def _account(hub: Hub, request: Request) -> Account | None:
    cookie = request.cookies.get(SESSION_COOKIE, "")
    with hub.sessions() as session:
        login = login_of(session, cookie, hub.clock.now()) if cookie else None
        if login is None:
            return None
        return Account(
            tenant_id=login.tenant_id,
            login_name=login.login_name,
            cookie=cookie,
            state=factor_state(session, login),
            set_up=set_up_of(session, hub, login),
        )


def _changed(hub: Hub, cookie: str, what: str, typed: str) -> Changed | None:
    """Does what a form asks; None where what was typed is wrong or the session has ended."""
    try:
        with hub.database.writing() as session:
            login = login_of(session, cookie, hub.clock.now())
            return None if login is None else _done(session, hub, login, (cookie, what, typed))
    except Refused:
        return None


def _done(session: Session, hub: Hub, login: Login, asked: tuple[str, str, str]) -> Changed | None:
    (cookie, what, typed), now = asked, hub.clock.now()
    seal = FactorSeal(hub.secrets)
    recovery: Sequence[str] = ()
    match what:
        case "begin":
            # A session that was left open somewhere must not lock its owner out.
            if not is_password_of(login, typed):
                return None
            begin_factor(session, login, seal, now)
            return Changed()
        case "confirm":
            recovery = confirm_factor(session, login, typed, seal, now)
            _end_others(session, login, cookie)
            action = "second-factor-on"
        case "renew" if prove(session, login, typed, seal, now):
            recovery, action = renew_recovery(session, login), "recovery-codes-renewed"
        case "off" if not factor_state(session, login).is_demanded and prove(
            session, login, typed, seal, now
        ):
            forget_factor(session, login)
            action = "second-factor-off"
        case _:
            return None
    record_act(session, act_of(login, action), now)
    return Changed(recovery=recovery)


def _end_others(session: Session, login: Login, cookie: str) -> None:
    """Signs the login out everywhere else: what was open there was opened by a password alone."""
    session.execute(
        sa.delete(LoginSession).where(
            LoginSession.tenant_id == login.tenant_id,
            LoginSession.login_name == login.login_name,
            LoginSession.session_hash != hash_token(cookie),
        )
    )
