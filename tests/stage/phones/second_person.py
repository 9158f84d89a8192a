"""A person with a phone at the door of a served console."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pyotp
import sqlalchemy as sa

from cloud_hub.access.doors.second_factor import begin_factor, confirm_factor
from cloud_hub.access.logins import login_named
from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.keys.factor_seal import FactorSeal
from sync.core.clock import ManualClock
from tests.small_chain import TENANT
from tests.stage.served_console import PASSWORD, ServedConsole

OWN = {"Sec-Fetch-Site": "same-origin"}


def later(console: ServedConsole, seconds: int = 90) -> None:
    """Lets the hub's clock go on."""
    clock = console.hub.clock
    assert isinstance(clock, ManualClock)
    clock.advance(seconds)


def has_factor(console: ServedConsole, name: str) -> str:
    """Turns a second factor on for a login; its secret."""
    seal, now = FactorSeal(console.hub.secrets), console.hub.clock.now()
    with console.hub.database.writing() as session:
        login = login_named(session, TENANT, name)
        secret = begin_factor(session, login, seal, now)
        confirm_factor(session, login, pyotp.TOTP(secret).at(now), seal, now)
    later(console)
    return secret


def acts(console: ServedConsole) -> list[tuple[str, str, dict[str, object]]]:
    """Who did what, from the audit log."""
    with console.hub.sessions() as session:
        rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry))
        return [(row.actor, row.action, dict(row.detail)) for row in rows]


@dataclass
class Browser:
    """A browser with cookies of its own."""

    console: ServedConsole
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.AsyncClient(base_url=self.console.http.base_url, headers=OWN, timeout=60)

    async def password(self, name: str, password: str = PASSWORD, place: str = "") -> str:
        """Says name and password; where it is led."""
        form = {"name": name, "password": password, "next": place}
        return (await self.http.post("/login", data=form)).headers["location"]

    async def code(self, code: str) -> httpx.Response:
        """Says a code at the door."""
        return await self.http.post("/login/second", data={"code": code})

    def code_now(self, secret: str) -> str:
        """What the phone shows."""
        return pyotp.TOTP(secret).at(self.console.hub.clock.now())

    async def is_in(self) -> bool:
        """Whether pages are shown to it."""
        return (await self.http.get("/fleet")).status_code == 200


NewBrowser = Callable[[], Browser]
