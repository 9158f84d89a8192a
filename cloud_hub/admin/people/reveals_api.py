"""HTTP: what was shown or saved to whom."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud_hub.access.doors.reveals import Reveal, Sought, who_saw
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf, allowed
from device_profiles.values.bounds import Moment, Word

router = APIRouter(prefix="/api/v1", tags=["enrolment"])


class RevealAnswer(Body):
    """One thing that left the hub; `entry` is its number in the audit log."""

    entry: int
    at: Moment
    who: str
    reveal: Reveal
    subject: str
    scope: str
    rows: int


@router.get("/who-saw")
def list_reveals(
    hub: HubOf,
    viewer: Annotated[Viewer, allowed(Permission.SEE_REVEALS)],
    login: Annotated[Word | None, Query()] = None,
    subject: Annotated[Word | None, Query(description="What holds this text")] = None,
    since: Annotated[Moment | None, Query()] = None,
) -> list[RevealAnswer]:
    """What was shown or saved to whom, the oldest first."""
    asked = Sought(login=login, subject=subject, since=since)
    with hub.sessions() as session:
        return [
            RevealAnswer(
                entry=entry.entry,
                at=entry.at,
                who=entry.actor,
                reveal=Reveal(entry.action),
                subject=entry.subject,
                scope=str(entry.detail["scope"]),
                rows=int(entry.detail["rows"]),
            )
            for entry in who_saw(session, viewer.tenant_id, asked)
        ]
