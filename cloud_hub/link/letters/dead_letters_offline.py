"""Dead letters read and taken again from the command line, with no hub running."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cloud_hub.access.doors.reveals import record_reveal
from cloud_hub.access.offline_hub import ACTOR, OfflineHub
from cloud_hub.core.errors import HubError
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.projection import Projections
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.letters.dead_letters import (
    DeadLetters,
    find_letters,
    letter_of,
    letter_revealed,
    said_by,
)
from device_profiles.files import UnreadableFile, read_json, shown


def letter_lines(office: OfflineHub, *, device_id: str | None, everything: bool) -> Iterator[str]:
    """Each dead letter in one line."""
    with office.database.sessions() as session:
        for letter in find_letters(
            session, office.tenant_id, device_id=device_id, everything=everything
        ):
            done = " (taken again)" if letter.replayed_at is not None else ""
            at = letter.received_at.isoformat(timespec="seconds")
            yield f"{letter.letter_id}  {at}  {letter.error}{done}"


def letter_content(office: OfflineHub, letter_id: str) -> dict[str, Any]:
    """One dead letter, whole, noted in the audit log. Raises Refused where there is none,
    UnusableData without the keys."""
    keys = _keys(office)
    with office.database.writing() as session:
        letter = letter_of(session, office.tenant_id, letter_id)
        replayed_at = letter.replayed_at
        content = {
            "letter_id": letter.letter_id,
            "device_id": letter.device_id,
            "store_id": letter.store_id,
            "error": letter.error,
            "received_at": letter.received_at.isoformat(),
            "replayed_at": replayed_at.isoformat() if replayed_at is not None else None,
            "bytes": len(keys.opened_letter(letter.raw)),
            "said": said_by(letter, keys),
        }
        revealed = letter_revealed(letter, ACTOR, office.tenant_id)
        record_reveal(session, revealed, office.clock.now())
    return content


def read_body(path: Path) -> dict[str, Any]:
    """A corrected body. Raises HubError for a file that holds no JSON object."""
    try:
        body = read_json(path, "body")
    except UnreadableFile as error:
        raise HubError(str(error)) from error
    if not isinstance(body, dict):
        raise HubError(
            f"{shown(path)} holds no JSON object; give the event's body as `show` prints it"
        )
    return body


def replay_letter_here(
    office: OfflineHub, letter_id: str, body: Mapping[str, Any] | None, projections: Projections
) -> int:
    """Events that the letter brought after all. Raises Refused with what is still wrong."""
    settings = office.settings
    projector = Projector(
        identities=_keys(office),
        pictures=Pictures(settings.media_dir, limit_bytes=settings.media_limit_bytes),
        projections=projections,
    )
    letters = DeadLetters(office.database, projector)
    return letters.replay(
        office.tenant_id, letter_id, body=body, actor=ACTOR, now=office.clock.now()
    )


def _keys(office: OfflineHub) -> HandleKeys:
    folder = office.settings.data_dir
    return HandleKeys(load_secrets(folder, may_mint=False))
