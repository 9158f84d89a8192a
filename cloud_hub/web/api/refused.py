"""What a program is answered that may not do what it asks: one line, and an entry in the audit
log."""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from cloud_hub.access.refusals import NOBODY, Refusal
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotYours, Refused
from cloud_hub.web.api.parts import parts_of
from cloud_hub.web.refused import address_of, note_refusals
from cloud_hub.web.unusable_requests import refused

LONGEST_PATH: Final = 200
GUESSED: Final = (401, 429)
CLAIM_REFUSED: Final = (403, 409, 429)
"""What a device is answered that may not be claimed: the one act for which nobody signs in."""


def answer_refusals(app: FastAPI) -> None:
    """Every Refused of a door becomes its status and its line."""
    app.add_exception_handler(Refused, _say_refused)


async def _say_refused(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Refused):
        raise error
    status = error.status
    if (refusal := _refusal(request, error)) is not None:
        await note_refusals(request.app.state.hub, parts_of(request).refusals, refusal)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return refused(status, str(error), headers)


def _refusal(request: Request, error: Refused) -> Refusal | None:
    """What the audit log is told: who may not do what; a token that is none. Who has not signed in
    yet, and what is not there, is no refusal."""
    caller: Viewer | None = getattr(request.state, "caller", None)
    is_wrong_token = caller is None and "authorization" in request.headers
    if isinstance(error, NotYours) and caller is not None:
        tenant_id, actor, action = caller.tenant_id, caller.login_name, "act-refused"
    elif is_wrong_token and error.status in GUESSED:
        tenant_id, actor, action = ANY_TENANT, NOBODY, "token-refused"
    elif caller is None and error.status in CLAIM_REFUSED:
        tenant_id, actor, action = ANY_TENANT, NOBODY, "claim-refused"
    else:
        return None
    # A path's own names are data: the door's pattern says what was asked for.
    route = getattr(request.scope.get("route"), "path", "")
    return Refusal(
        tenant_id=tenant_id,
        actor=actor,
        action=action,
        subject=f"{request.method} {route}"[:LONGEST_PATH],
        address=address_of(request),
    )
