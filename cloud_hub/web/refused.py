"""Notes refused sign-ins and acts in the audit log, beside the answer and never in its way."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.refusals import Refusal, Refusals
from cloud_hub.core.errors import HubError
from cloud_hub.core.hub import Hub

log = logging.getLogger(__name__)

LOOK_S: Final = 30.0


def address_of(connection: HTTPConnection) -> str:
    """From where somebody asks, as far as the server knows."""
    return connection.client.host if connection.client else ""


async def note_refusals(hub: Hub, refusals: Refusals, *refused: Refusal) -> None:
    """Notes them, one by one or counted. What cannot be written is in the log alone."""
    now = hub.clock.now()
    acts = [act for each in refused if (act := refusals.note(each, now)) is not None]
    await asyncio.to_thread(_write, hub, acts)


async def keep_refusals(hub: Hub, refusals: Refusals) -> None:
    """Writes what was counted once its time has ended, until cancelled; then at once."""
    try:
        while True:
            await asyncio.sleep(LOOK_S)
            await asyncio.to_thread(_write, hub, refusals.due(hub.clock.now()))
    finally:
        _write(hub, refusals.due(hub.clock.now(), at_once=True))


def _write(hub: Hub, acts: Sequence[Act]) -> None:
    if not acts:
        return
    try:
        with hub.database.writing() as session:
            for act in acts:
                record_act(session, act, hub.clock.now())
    except (SQLAlchemyError, HubError):
        log.exception("a refusal was not noted", extra={"action": "refusal-unnoted"})
