"""What a browser holds between password and code: whose password was right, sealed, for minutes."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from cloud_hub.access.tables import Login
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.factor_seal import TICKET_LASTS, FactorSeal

TICKET_COOKIE: Final = "aisle_second"
SECOND_PATH: Final = "/login/second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Whose password was right just now, and where to go afterwards. `password_mark` follows from
    the password's hash: a new password ends the ticket."""

    tenant_id: str
    login_name: str
    password_mark: str
    place: str

    @classmethod
    def of(cls, login: Login, place: str) -> "Ticket":
        """The ticket of a login whose password was checked."""
        return cls(
            tenant_id=login.tenant_id,
            login_name=login.login_name,
            password_mark=_mark(login),
            place=place,
        )

    def login(self, session: Session) -> Login | None:
        """The login as it stands now; None once it was disabled, removed or given another
        password."""
        login = session.get(Login, (self.tenant_id, self.login_name), populate_existing=True)
        if login is None or login.disabled_at or _mark(login) != self.password_mark:
            return None
        return login


def second_step(hub: Hub, ticket: Ticket, *, is_secure: bool) -> Response:
    """Sends the browser to the page of the code, with its ticket."""
    said = [ticket.tenant_id, ticket.login_name, ticket.password_mark, ticket.place]
    response = RedirectResponse(SECOND_PATH, status_code=303)
    response.set_cookie(
        TICKET_COOKIE,
        FactorSeal(hub.secrets).ticket(json.dumps(said), hub.clock.now()),
        max_age=int(TICKET_LASTS.total_seconds()),
        path=SECOND_PATH,
        httponly=True,
        samesite="lax",
        secure=is_secure,
    )
    return response


def ticket_of(hub: Hub, request: HTTPConnection) -> Ticket | None:
    """The ticket that a browser brings; None for none, a forged one, and one that is too old."""
    kept = request.cookies.get(TICKET_COOKIE, "")
    said = FactorSeal(hub.secrets).said_by(kept, hub.clock.now()) if kept else None
    if said is None:
        return None
    tenant_id, login_name, password_mark, place = json.loads(said)
    return Ticket(
        tenant_id=tenant_id, login_name=login_name, password_mark=password_mark, place=place
    )


def _mark(login: Login) -> str:
    return hashlib.sha256(login.password_hash.encode()).hexdigest()
