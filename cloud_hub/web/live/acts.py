"""Does what a form or button asks for, over the websocket or by a plain post: one road for both."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cloud_hub.access.refusals import Refusal
from cloud_hub.core import errors
from cloud_hub.web.actions import Acting, Action, Answer, Attempt, Declined, Done, Invalid
from cloud_hub.web.door import is_own_form, own_path
from cloud_hub.web.forms.fields import FieldKind, fields_of
from cloud_hub.web.forms.reading import read_form
from cloud_hub.web.live.console import Console
from cloud_hub.web.live.flash import tell_next_page
from cloud_hub.web.live.pages import Showing, screen_response, show_nothing
from cloud_hub.web.refused import note_refusals
from cloud_hub.web.visit import Visit, viewer_now
from cloud_hub.web.words import Words

log = logging.getLogger(__name__)

FIELDS_AT_MOST: Final = 200


async def perform(
    console: Console, visit: Visit, name: str, fields: Mapping[str, str], words: Words
) -> Answer:
    """Does the act `name` with what was typed. Whatever becomes of it is an answer, no error."""
    action = console.actions.get(name)
    if action is None:
        return Declined(message=_out_of_date(words))
    if not visit.viewer.may(action.permission):
        await _note_refused(console, visit, action)
        return Declined(message=words("Your login may not do that."))
    form = read_form(action.form, fields, words)
    if isinstance(form, Invalid):
        hidden = {field.name for field in fields_of(action.form) if field.kind is FieldKind.HIDDEN}
        # What nobody typed cannot be put right by anybody: the page does not fit this hub.
        return form if hidden.isdisjoint(form.errors) else Declined(message=_out_of_date(words))
    try:
        answer = await asyncio.to_thread(_written, console, visit, action, form, words)
    except errors.NotYours:
        await _note_refused(console, visit, action)
        return Declined(message=words("Your login may not do that."))
    if isinstance(answer, Done):
        if answer.after is not None:
            answer.after(console.hub)
        console.hub.changed.announce()
        console.drawings.forget()
    return answer


async def _note_refused(console: Console, visit: Visit, action: Action[Any]) -> None:
    """Who may not do what, for the audit log."""
    log.warning("not allowed", extra={"action": "act-refused", "act": action.name})
    refusal = Refusal(
        tenant_id=visit.signed_in.tenant_id,
        actor=visit.signed_in.login_name,
        action="act-refused",
        subject=action.name,
        address="",
    )
    await note_refusals(console.hub, console.parts.refusals, refusal)


def _out_of_date(words: Words) -> str:
    return words("This page is out of date. Load it again.")


def _written(
    console: Console, visit: Visit, action: Action[Any], form: BaseModel, words: Words
) -> Answer:
    hub = console.hub
    try:
        with hub.database.writing() as session:
            # Read in the same transaction: who has just signed out or changed role acts no more.
            viewer = viewer_now(session, hub, visit)
            if not viewer.may(action.permission):
                raise errors.NotYours(f"{action.name} is not for {viewer.role.value} any more")
            acting = Acting(
                session=session, viewer=viewer, now=hub.clock.now(), hub=hub, words=words
            )
            answer = action.do(acting, form)
            if not isinstance(answer, Done):
                session.rollback()
            return answer
    except errors.NotYours:
        raise
    except errors.Refused as error:
        log.warning("%s", error, extra={"action": "act-refused", "act": action.name})
        return Declined(message=_reason(error, words))
    except Exception:
        # One act that fails must not end the tab; whoever asked is told, the log has all of it.
        log.exception("act failed", extra={"action": "act-failed", "act": action.name})
        return Declined(message=words("The hub could not do that; its log says what happened."))


def _reason(error: errors.Refused, words: Words) -> str:
    """Why, for people. What the hub's parts say for programs stands behind it."""
    match error:
        case errors.NotFound():
            return words("It is not there any more, or not for your login.")
        case errors.Refused(status=401):
            return words("You were signed out. Please sign in again.")
        case errors.AlreadyDone():
            return words("Somebody was quicker: this is done already.")
    return words("The hub refused: {why}", why=str(error))


async def post_act(console: Console, request: Request) -> Response:
    """A form that the browser itself sends: where scripts do not run, or the link is not up yet."""
    if not is_own_form(request):
        return RedirectResponse("/login?problem=other-site", status_code=303)
    async with request.form(max_files=0, max_fields=FIELDS_AT_MOST) as sent:
        fields = {name: text for name, text in sent.items() if not isinstance(text, UploadFile)}
    at = own_path(fields.get("_at", "")) or "/"
    guest = await asyncio.to_thread(console.guest, request)
    if guest.visit is None or guest.frame is None:
        return RedirectResponse(f"/login?{urlencode({'problem': 'ended', 'next': at})}", 303)
    words = Words(guest.visit.viewer.language, guest.frame.zone)
    name = request.path_params["name"]
    answer = await perform(console, guest.visit, name, typed(fields), words)
    if isinstance(answer, Done):
        response = RedirectResponse(answer.goto or at, status_code=303)
        tell_next_page(response, answer)
        return response
    place = console.place(at)
    if place is None:
        return await show_nothing(console, request)
    showing = Showing(answer=answer, attempt=attempt_of(fields, answer), status=_status(answer))
    return await screen_response(console, request, guest, place, showing)


def _status(answer: Invalid | Declined) -> int:
    return 422 if isinstance(answer, Invalid) else 409


def typed(fields: Mapping[str, str]) -> dict[str, str]:
    """What a person typed, without what the form says of itself."""
    return {name: text for name, text in fields.items() if not name.startswith("_")}


def attempt_of(fields: Mapping[str, str], answer: Answer) -> Attempt:
    """What the form has to show again."""
    errors_by_field = answer.errors if isinstance(answer, Invalid) else {}
    return Attempt(
        form_id=fields.get("_form", ""), typed=typed(fields), errors=dict(errors_by_field)
    )
