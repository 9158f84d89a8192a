"""Tells who is on call: writes down who is told of what, sends it, notes what became of it."""

import asyncio
import logging
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cloud_hub.core.errors import HubError
from cloud_hub.core.hub import Hub
from cloud_hub.core.text import Said, Text
from cloud_hub.fleet.incidents.tables import IncidentNotice
from cloud_hub.fleet.on_call.due import OVER, Due, DueMessage, due_messages, write_messages
from cloud_hub.fleet.on_call.rota import OnCall, read_on_call
from cloud_hub.fleet.on_call.sending import OnCallLetter, SendingResult, send
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.place_tables import Tenant

log = logging.getLogger(__name__)

PERIOD_S: Final = 10.0
_SEVERAL = Text("{n} incidents")
_OVER = Text("Over: {what}")
_LINE = Text("{what} (since {since})")
_ACKNOWLEDGE = Text("Acknowledge, so that nobody else is told: {address}")


async def tell_on_call(hub: Hub) -> None:
    """Tells who is on call of every chain's incidents, until cancelled. The rota is read anew each
    time: a change holds at once, one that cannot be read is logged and tells nobody."""
    while hub.settings.on_call is not None:
        await asyncio.sleep(PERIOD_S)
        try:
            on_call = await asyncio.to_thread(read_on_call, hub.settings.on_call)
            if await tell_once(hub, on_call):
                hub.changed.announce()
        except (HubError, OSError, SQLAlchemyError):
            log.exception("nobody on call was told", extra={"action": "on-call-failed"})


async def tell_once(hub: Hub, on_call: OnCall) -> int:
    """How many messages went out, or tried to."""
    now = hub.clock.now()
    messages = await asyncio.to_thread(_write_down, hub, on_call, now)
    for message in messages:
        outcome = await send(on_call, message.told, letter_of(on_call, message), now)
        if outcome.outcome != "sent":
            told = {"action": "on-call-not-told", "told": message.told}
            log.warning("%s: %s", message.told, outcome.detail, extra=told)
        await asyncio.to_thread(_note, hub, message, outcome)
    return len(messages)


def _write_down(hub: Hub, on_call: OnCall, now: datetime) -> list[DueMessage]:
    with hub.sessions() as session:
        is_due = any(due_messages(session, on_call, one, now) for one in _chains(session))
    if not is_due:
        return []
    # Looked at again under the lock: another hub may have written them meanwhile.
    with hub.database.writing() as session:
        messages = [
            message
            for one in _chains(session)
            for message in write_messages(
                session,
                due_messages(session, on_call, one, now),
                now,
                lambda: secrets.token_hex(8),
            )
        ]
        session.flush()
        session.expunge_all()
    return messages


def _chains(session: Session) -> Iterator[tuple[str, ZoneInfo]]:
    for tenant_id in session.scalars(sa.select(Tenant.tenant_id)).all():
        chain = read_chain(session, tenant_id)
        if chain is not None:
            yield tenant_id, chain.zone()


def _note(hub: Hub, message: DueMessage, outcome: SendingResult) -> None:
    with hub.database.writing() as session:
        session.execute(
            sa.update(IncidentNotice)
            .where(IncidentNotice.message == message.message)
            .values(outcome=outcome.outcome, detail=outcome.detail[:400])
            .execution_options(synchronize_session=False)
        )


def letter_of(on_call: OnCall, message: DueMessage) -> OnCallLetter:
    """What a message says, in the rota's language."""
    language = on_call.language
    said = [_said(one).text(language) for one in message.due]
    lines = [
        _LINE.filled(what=said[number], since=f"{one.incident.opened_at:%Y-%m-%d %H:%M} UTC").text(
            language
        )
        for number, one in enumerate(message.due)
    ]
    if on_call.hub_url and any(one.step != OVER for one in message.due):
        address = f"{on_call.hub_url.rstrip('/')}/incidents"
        lines.append(_ACKNOWLEDGE.filled(address=address).text(language))
    several = _SEVERAL.filled(n=len(said)).text(language)
    return OnCallLetter(
        subject=said[0] if len(said) == 1 else several,
        text="\n".join(lines) + "\n",
        facts={
            "message": message.message,
            "told": message.told,
            "incidents": [_facts(one, text) for one, text in zip(message.due, said, strict=True)],
        },
    )


def _said(one: Due) -> Said:
    what = one.incident.said
    return _OVER.filled(what=what) if one.step == OVER else what


def _facts(one: Due, said: str) -> dict[str, object]:
    return {
        "tenant": one.incident.tenant_id,
        "incident": one.incident.incident_id,
        "rule": one.incident.rule,
        "store": one.incident.store_id,
        "step": one.step,
        "said": said,
        "opened_at": one.incident.opened_at.isoformat(),
        "over": one.step == OVER,
    }
