"""HTTP: a store, a fixture or a product leaves the chain."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.removal_kind import RemovalKind
from cloud_hub.admin.removing import Removal, remove
from cloud_hub.core.hub import Hub
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf, allowed
from device_profiles.names import Identifier

router = APIRouter(prefix="/api/v1", tags=["enrolment"])

Editor = Annotated[Viewer, allowed(Permission.EDIT_MASTER_DATA)]


class RemovedAnswer(Body):
    """From which business day on it is there no more; null: it is deleted, as nothing had ever
    happened to it."""

    kind: RemovalKind
    identity: str
    retired_from: date | None


@router.delete("/stores/{store_id}")
def remove_store(store_id: Identifier, hub: HubOf, viewer: Editor) -> RemovedAnswer:
    """Retires a store, or deletes it where nothing had ever happened to it. 409 while devices or
    open tasks hang on it; loaded again it is there again."""
    return _removed(hub, viewer, RemovalKind.STORE, store_id)


@router.delete("/fixtures/{fixture_id}")
def remove_fixture(fixture_id: Identifier, hub: HubOf, viewer: Editor) -> RemovedAnswer:
    """Retires a fixture, or deletes it with its plans where nothing had ever happened to it. 409
    while devices or open tasks hang on it; loaded again it is there again."""
    return _removed(hub, viewer, RemovalKind.FIXTURE, fixture_id)


@router.delete("/products/{gtin}")
def remove_product(gtin: Identifier, hub: HubOf, viewer: Editor) -> RemovedAnswer:
    """Retires a product: no store lists it any more; deletes it where nothing had ever happened to
    it. 409 while a plan names it; loaded again it is there again."""
    return _removed(hub, viewer, RemovalKind.PRODUCT, gtin)


def _removed(hub: Hub, viewer: Viewer, kind: RemovalKind, identity: str) -> RemovedAnswer:
    with hub.database.writing() as session:
        done = remove(
            session,
            Removal(
                tenant_id=viewer.tenant_id,
                kind=kind,
                identity=identity,
                by=viewer.login_name,
                now=hub.clock.now(),
            ),
        )
    hub.changed.announce()
    return RemovedAnswer(kind=done.kind, identity=done.identity, retired_from=done.retired_from)
