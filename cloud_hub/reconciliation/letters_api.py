"""HTTP: dead letters, read and taken again."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Body as Sent
from pydantic import JsonValue

from cloud_hub.access.doors.reveals import record_reveal, scope_in_words
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.link.letters.dead_letters import (
    DeadLetters,
    find_letters,
    letter_of,
    letter_revealed,
    said_by,
)
from cloud_hub.link.tables import DeadLetter
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf, allowed
from cloud_hub.web.api.parts import PartsOf
from device_profiles.names import Identifier
from device_profiles.values.bounds import JsonObject
from device_profiles.values.bounds import Text as LetterId
from sync.events import Lane

router = APIRouter(prefix="/api/v1", tags=["devices"])

LetterReader = Annotated[Viewer, allowed(Permission.READ_DEAD_LETTERS)]


class LetterAnswer(Body):
    """Something that was acknowledged and could not be taken."""

    letter_id: str
    device_id: str
    store_id: str
    lane: str | None
    error: str
    received_at: datetime
    replayed_at: datetime | None


class LetterContent(LetterAnswer):
    """A dead letter with what was said: JSON, or null for bytes that are none."""

    said: JsonValue


class ReplayAnswer(Body):
    """What became of a dead letter that was taken again."""

    letter_id: str
    events: int


@router.get("/dead-letters")
def list_letters(
    hub: HubOf,
    viewer: Annotated[Viewer, allowed(Permission.SEE_LINK)],
    device: Annotated[Identifier | None, Query()] = None,
    everything: Annotated[bool, Query(alias="all", description="Replayed ones too")] = False,
) -> list[LetterAnswer]:
    """Dead letters of this chain, the newest first."""
    with hub.sessions() as session:
        letters = find_letters(session, viewer.tenant_id, device_id=device, everything=everything)
        return [LetterAnswer(**_letter_fields(letter)) for letter in letters]


@router.get("/dead-letters/{letter_id:path}")
def show_letter(
    letter_id: LetterId, hub: HubOf, parts: PartsOf, viewer: LetterReader
) -> LetterContent:
    """One dead letter with what was said; it may name shoppers, so it is for IT alone."""
    with hub.database.writing() as session:
        letter = letter_of(session, viewer.tenant_id, letter_id)
        said = said_by(letter, parts.projector.identities)
        revealed = letter_revealed(letter, viewer.login_name, scope_in_words(viewer))
        record_reveal(session, revealed, hub.clock.now())
        content = LetterContent(**_letter_fields(letter), said=said)
    return content


@router.post("/dead-letters/{letter_id:path}/replay")
def replay_letter(
    letter_id: LetterId,
    hub: HubOf,
    parts: PartsOf,
    viewer: LetterReader,
    body: Annotated[JsonObject | None, Sent(embed=True)] = None,
) -> ReplayAnswer:
    """Takes a dead letter again, after an upgrade or with a corrected `body`; each event once."""
    letters = DeadLetters(hub.database, parts.projector)
    events = letters.replay(
        viewer.tenant_id, letter_id, body=body, actor=viewer.login_name, now=hub.clock.now()
    )
    hub.changed.announce()
    return ReplayAnswer(letter_id=letter_id, events=events)


def _letter_fields(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter_id": letter.letter_id,
        "device_id": letter.device_id,
        "store_id": letter.store_id,
        "lane": None if letter.lane is None else Lane(letter.lane).name.lower(),
        "error": letter.error,
        "received_at": letter.received_at,
        "replayed_at": letter.replayed_at,
    }
