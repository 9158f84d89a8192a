"""Who asks: the signed-in viewer of a request, and as whom a head office looks."""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session
from starlette.requests import Request

from cloud_hub.access.permissions import Permission
from cloud_hub.access.sign_in import SESSION_COOKIE, login_of, viewer_of_login
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from device_profiles.store import LoginRole

SEE_AS_COOKIE: Final = "aisle_see_as"
LANGUAGE_COOKIE: Final = "aisle_language"
SCOPED: Final = (LoginRole.BRAND, LoginRole.STORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request by a signed-in person. `viewer` is as whom the page is drawn, `signed_in` who it
    is; they differ only for a head office that looks through another role's eyes (`seen_as`).
    `language` is the one chosen in this browser, empty where none was."""

    cookie: str
    seen_as: str
    language: str
    signed_in: Viewer
    viewer: Viewer


def visit_of(session: Session, hub: Hub, request: Request) -> Visit | None:
    """The visit behind a request; None where nobody is signed in."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return _visit(
        session,
        hub,
        cookie=request.cookies.get(SESSION_COOKIE, ""),
        seen_as=request.cookies.get(SEE_AS_COOKIE, ""),
        language=chosen if chosen in ("en", "zh") else "",
    )


def visit_now(session: Session, hub: Hub, visit: Visit) -> Visit | None:
    """The same visit with its login's rights as they stand now; None once its session has ended:
    by signing out, a new password or role, or because the login was disabled."""
    return _visit(session, hub, cookie=visit.cookie, seen_as=visit.seen_as, language=visit.language)


def viewer_now(session: Session, hub: Hub, visit: Visit) -> Viewer:
    """As whom an act of an open page is done. Raises Refused (401) once its session has ended."""
    visit_then = visit_now(session, hub, visit)
    if visit_then is None:
        raise Refused("this session has ended; sign in again", status=401)
    return visit_then.viewer


def _visit(session: Session, hub: Hub, *, cookie: str, seen_as: str, language: str) -> Visit | None:
    login = login_of(session, cookie, hub.clock.now()) if cookie else None
    if login is None:
        return None
    signed_in = viewer_of_login(session, login)
    if language:
        signed_in = replace(signed_in, language=language)
    return Visit(
        cookie=cookie,
        seen_as=seen_as,
        language=language,
        signed_in=signed_in,
        viewer=seen_through(signed_in, seen_as),
    )


def seen_through(signed_in: Viewer, seen_as: str) -> Viewer:
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
        seen_from=signed_in.role,
    )


def language_asked(request: Request) -> str:
    """The language before anybody has signed in: the cookie's, else the browser's first."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("en", "zh"):
        return chosen
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"
