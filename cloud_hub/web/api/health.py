"""Doors for machines that watch the hub."""

import sqlalchemy as sa
from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.access.permissions import Permission
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.core.errors import NotYours
from cloud_hub.master_data.place_tables import Tenant
from cloud_hub.web.api.dependencies import CallerOf, HubOf
from cloud_hub.web.api.parts import PartsOf

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(hub: HubOf, response: Response) -> dict[str, str]:
    """The database answers and a broker is connected; 503 until then."""
    try:
        with hub.sessions() as session:
            session.execute(sa.select(1))
    except SQLAlchemyError:
        response.status_code = 503
        return {"status": "database away"}
    if not hub.link.is_connected:
        response.status_code = 503
        return {"status": "broker away"}
    return {"status": "ready"}


@router.get("/metrics")
def metrics(hub: HubOf, parts: PartsOf, caller: CallerOf) -> Response:
    """The hub's own counters, for Prometheus: for IT, and where they are of several chains for the
    hub's administrator."""
    caller.require(Permission.SEE_METRICS)
    if caller.tenant_id != ANY_TENANT:
        with hub.sessions() as session:
            if len(session.scalars(sa.select(Tenant.tenant_id).limit(2)).all()) > 1:
                raise NotYours("the counters are of several chains: use the administrator's token")
    return Response(parts.meters.page(), media_type="text/plain; version=0.0.4; charset=utf-8")
