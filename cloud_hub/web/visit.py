"""Who asks: the signed-in viewer of a request, and as whom a head office looks."""

import re
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from cloud_hub.access.permissions import Permission
from cloud_hub.access.sign_in import SESSION_COOKIE, login_of, viewer_of_login
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.catalogues import first_known
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from device_profiles.store import LoginRole

SEE_AS_COOKIE: Final = "aisle_see_as"
LANGUAGE_COOKIE: Final = "aisle_language"
QUALITY: Final = re.compile(r"[01](\.[0-9]{0,3})?")
SCOPED: Final = (LoginRole.BRAND, LoginRole.STORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """The language chosen in a browser, empty where none was, and those it accepts, the most wanted
    first."""

    chosen: str
    accepted: tuple[str, ...]

    @classmethod
    def of(cls, request: HTTPConnection) -> "Wished":
        """What a request says."""
        return cls(
            chosen=request.cookies.get(LANGUAGE_COOKIE, ""),
            accepted=tuple(languages_accepted(request.headers.get("accept-language", ""))),
        )

    def language(self, of_login: str | None = None) -> str:
        """What the reader reads: what was chosen in this browser, else for the login, else what the
        browser asks for first; English where there is none of them."""
        return first_known([tag for tag in (self.chosen, of_login, *self.accepted) if tag])


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request by a signed-in person. `viewer` is as whom the page is drawn, `signed_in` who it
    is; they differ only for a head office that looks through another role's eyes (`seen_as`).
    `wished` are the languages that its browser would read."""

    cookie: str
    seen_as: str
    wished: Wished
    signed_in: Viewer
    viewer: Viewer


def visit_of(session: Session, hub: Hub, request: HTTPConnection) -> Visit | None:
    """The visit behind a request; None where nobody is signed in."""
    return _visit(
        session,
        hub,
        cookie=request.cookies.get(SESSION_COOKIE, ""),
        seen_as=request.cookies.get(SEE_AS_COOKIE, ""),
        wished=Wished.of(request),
    )


def visit_now(session: Session, hub: Hub, visit: Visit) -> Visit | None:
    """The same visit with its login's rights as they stand now; None once its session has ended:
    by signing out, a new password or role, or because the login was disabled."""
    return _visit(session, hub, cookie=visit.cookie, seen_as=visit.seen_as, wished=visit.wished)


def viewer_now(session: Session, hub: Hub, visit: Visit) -> Viewer:
    """As whom an act of an open page is done. Raises Refused (401) once its session has ended."""
    visit_then = visit_now(session, hub, visit)
    if visit_then is None:
        raise Refused("this session has ended; sign in again", status=401)
    return visit_then.viewer


def _visit(
    session: Session, hub: Hub, *, cookie: str, seen_as: str, wished: Wished
) -> Visit | None:
    login = login_of(session, cookie, hub.clock.now()) if cookie else None
    if login is None:
        return None
    signed_in = viewer_of_login(session, login)
    signed_in = replace(signed_in, language=wished.language(login.language))
    return Visit(
        cookie=cookie,
        seen_as=seen_as,
        wished=wished,
        signed_in=signed_in,
        viewer=impersonating(signed_in, seen_as),
    )


def impersonating(signed_in: Viewer, seen_as: str) -> Viewer:
    """`signed_in` in the role that `seen_as` ("brand:quanye", "technician") names. Only a head
    office may, because it sees all that those roles see; anybody else stays who they are."""
    name, _, scope = seen_as.partition(":")
    role = {known.value: known for known in LoginRole}.get(name, signed_in.role)
    if role is signed_in.role or not signed_in.may(Permission.SEE_AS_OTHERS):
        return signed_in
    if (role in SCOPED) != bool(scope):
        return signed_in
    return replace(
        signed_in,
        role=role,
        store_ids=frozenset({scope}) if role is LoginRole.STORE else None,
        brand_id=scope if role is LoginRole.BRAND else None,
        impersonated_by=signed_in.role,
    )


def language_asked(request: HTTPConnection) -> str:
    """What somebody reads before anybody has signed in."""
    return Wished.of(request).language()


def languages_accepted(header: str) -> list[str]:
    """The language tags of an Accept-Language header (RFC 9110), the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        share = weight.strip().removeprefix("q=")
        quality = float(share) if QUALITY.fullmatch(share) else 1.0
        if tag.strip() not in ("", "*") and quality > 0:
            wanted.append((quality, tag.strip()))
    return [tag for _, tag in sorted(wanted, key=lambda each: -each[0])]
