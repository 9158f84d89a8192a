"""References to pictures; their bytes come by the media door, before or after."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_or_replace
from cloud_hub.core.trace import by_body
from cloud_hub.link.tables import Media, MediaUpload
from sync.events import MediaTaken


def apply_media(work: Projecting, facts: Sequence[Fact[MediaTaken]]) -> None:
    """Keeps every reference, and whether its device's bytes are here already. A picture is of the
    first device that named it: another one's word about it changes nothing."""
    owners, stored = _owners(work.session, facts), _stored(work, facts)
    rows = []
    for fact in facts:
        named = (fact.tenant_id, fact.body.sha256)
        if owners.setdefault(named, fact.device_id) != fact.device_id:
            continue
        rows.append(
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
                "stored_at": work.now if (*named, fact.device_id) in stored else None,
            }
        )
    insert_or_replace(work.session, Media, rows, keep=("stored_at",))


def _owners(session: Session, facts: Sequence[Fact[MediaTaken]]) -> dict[tuple[str, str], str]:
    """Which device each known picture is of, by chain and hash."""
    query = sa.select(Media.tenant_id, Media.sha256, Media.device_id).where(
        Media.sha256.in_({fact.body.sha256 for fact in facts}),
        Media.tenant_id.in_({fact.tenant_id for fact in facts}),
    )
    return {(tenant, sha256): device for tenant, sha256, device in session.execute(query)}


def _stored(work: Projecting, facts: Sequence[Fact[MediaTaken]]) -> set[tuple[str, str, str]]:
    """Chain, hash and device of the pictures that their device has sent whole."""
    query = sa.select(MediaUpload.tenant_id, MediaUpload.sha256, MediaUpload.device_id).where(
        MediaUpload.tenant_id.in_({fact.tenant_id for fact in facts}),
        MediaUpload.device_id.in_({fact.device_id for fact in facts}),
        MediaUpload.sha256.in_({fact.body.sha256 for fact in facts}),
        MediaUpload.stored_at.is_not(None),
    )
    found = work.session.execute(query)
    return {
        (tenant, sha256, device) for tenant, sha256, device in found if work.pictures.holds(sha256)
    }


trace_picture: Final = by_body(lambda body: f"picture {body['sha256']}")
