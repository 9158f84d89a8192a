"""Who asks: the signed-in viewer of a request, and as whom a head office looks."""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from cloud_hub.access.sign_in import SESSION_COOKIE, login_of, viewer_of_login
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.hub import Hub
from device_profiles.store import LoginRole

SEE_AS_COOKIE: Final = "aisle_see_as"
LANGUAGE_COOKIE: Final = "aisle_language"
SCOPED: Final = (LoginRole.BRAND, LoginRole.STORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request by a signed-in person. `viewer` is as whom the page is drawn, `signed_in` who it
    is; they differ only for a head office that looks through another role's eyes."""

    cookie: str
    signed_in: Viewer
    viewer: Viewer


def visit_of(session: Session, hub: Hub, request: HTTPConnection) -> Visit | None:
    """The visit behind a request; None where nobody is signed in."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    login = login_of(session, cookie, hub.clock.now()) if cookie else None
    if login is None:
        return None
    signed_in = viewer_of_login(login)
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("en", "zh"):
        signed_in = replace(signed_in, language=chosen)
    seen_as = request.cookies.get(SEE_AS_COOKIE, "")
    return Visit(cookie=cookie, signed_in=signed_in, viewer=seen_through(signed_in, seen_as))


def seen_through(signed_in: Viewer, seen_as: str) -> Viewer:
    """`signed_in` in the role that `seen_as` ("brand:quanye", "technician") names. Only a head
    office may, because it sees all that those roles see; anybody else stays who they are."""
    role, _, scope = seen_as.partition(":")
    roles = {known.value: known for known in LoginRole}
    if signed_in.role is not LoginRole.HEAD_OFFICE or roles.get(role, signed_in.role) is (
        signed_in.role
    ):
        return signed_in
    if (roles[role] in SCOPED) != bool(scope):
        return signed_in
    return replace(signed_in, role=roles[role], scope_id=scope or None, is_guise=True)


def language_asked(request: HTTPConnection) -> str:
    """The language before anybody has signed in: the cookie's, else the browser's first."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("en", "zh"):
        return chosen
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"
