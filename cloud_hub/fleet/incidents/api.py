"""HTTP: incidents, and what is done with them."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.orm import Session

from cloud_hub.core.hub import Hub
from cloud_hub.fleet.incidents.acts import LONGEST_SNOOZE_H, Snoozing, acknowledge, snooze
from cloud_hub.fleet.incidents.view import IncidentsView, incidents_view
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf, ViewerOf
from device_profiles.values.bounds import Text

router = APIRouter(prefix="/api/v1", tags=["incidents"])


class Acknowledgement(Body):
    """What somebody says who sees to an incident."""

    note: Text = ""


class SnoozeRequest(Body):
    """For how many hours nobody is told, and why."""

    hours: int = Field(ge=1, le=LONGEST_SNOOZE_H)
    reason: Text = Field(min_length=1)


@router.get("/views/incidents")
def read_incidents(hub: HubOf, viewer: ViewerOf) -> IncidentsView:
    """The page of incidents: open ones, and those that ended in the last 7 days."""
    with hub.sessions() as session:
        return incidents_view(session, viewer, hub.clock.now())


@router.post("/incidents/{incident_id}/acknowledge", status_code=204)
async def post_acknowledge(
    incident_id: Text, body: Acknowledgement, hub: HubOf, viewer: ViewerOf
) -> None:
    """Says that somebody sees to it; nobody else is told. 409 where it is over or was already."""
    await _write(hub, lambda s, now: acknowledge(s, viewer, incident_id, body.note, now))


@router.post("/incidents/{incident_id}/snooze", status_code=204)
async def post_snooze(incident_id: Text, body: SnoozeRequest, hub: HubOf, viewer: ViewerOf) -> None:
    """Nobody is told for so long. 409 where it is over."""
    snoozing = Snoozing(hours=body.hours, reason=body.reason)
    await _write(hub, lambda s, now: snooze(s, viewer, incident_id, snoozing, now))


async def _write(hub: Hub, act: Callable[[Session, datetime], None]) -> None:
    def write() -> None:
        with hub.database.writing() as session:
            act(session, hub.clock.now())

    await asyncio.to_thread(write)
    hub.changed.announce()
