"""References to pictures; their bytes come by the media door, before or after."""

from collections.abc import Sequence
from typing import Final

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_or_replace
from cloud_hub.core.trace import by_body
from cloud_hub.link.tables import Media
from sync.events import MediaTaken


def apply_media(work: Projecting, facts: Sequence[Fact[MediaTaken]]) -> None:
    """Keeps every reference, and whether the bytes are here already."""
    rows = [
        {
            "tenant_id": fact.tenant_id,
            "sha256": fact.body.sha256,
            "store_id": fact.store_id,
            "device_id": fact.device_id,
            "subject": fact.body.subject,
            "media_type": fact.body.media_type,
            "bytes": fact.body.bytes,
            "width_px": fact.body.width_px,
            "height_px": fact.body.height_px,
            "taken_at": fact.body.taken_at,
            "stored_at": work.now if work.pictures.holds(fact.body.sha256) else None,
        }
        for fact in facts
    ]
    insert_or_replace(work.session, Media, rows, keep=("stored_at",))


trace_picture: Final = by_body(lambda body: f"picture {body['sha256']}")
