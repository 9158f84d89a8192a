"""Which pictures a viewer may see."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.link.tables import Media
from cloud_hub.master_data.place_tables import FixtureRow
from cloud_hub.shelf.tables import ShelfObservation


def may_see_photo(session: Session, viewer: Viewer, sha256: str) -> bool:
    """Whether the viewer may see the picture. A brand sees pictures of the fixtures it owns: on a
    retailer's own shelf the picture would name its rivals. What another device than the picture's
    own says to see on it shows it to nobody."""
    if not viewer.may(Permission.SEE_SHELF):
        return False
    taken = sa.select(ShelfObservation.fixture_id).where(
        ShelfObservation.tenant_id == viewer.tenant_id,
        ShelfObservation.photo_sha256 == sha256,
        Media.tenant_id == viewer.tenant_id,
        Media.sha256 == sha256,
        Media.device_id == ShelfObservation.device_id,
    )
    query = sa.select(FixtureRow.fixture_id).where(
        FixtureRow.tenant_id == viewer.tenant_id,
        FixtureRow.fixture_id.in_(taken),
        photographed_fixtures(viewer),
    )
    return session.scalar(query.limit(1)) is not None


def photographed_fixtures(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The fixtures of which the viewer may see pictures, as a condition: a brand only its own."""
    if viewer.brand_id is not None:
        return FixtureRow.owner_brand_id == viewer.brand_id
    return scope_of(viewer).fixtures
