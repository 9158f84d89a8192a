"""Doors for machines that watch the hub."""

import sqlalchemy as sa
from fastapi import APIRouter, Response

from cloud_hub.access.permissions import Permission
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.core.errors import NotYours
from cloud_hub.master_data.place_tables import Tenant
from cloud_hub.web.api.dependencies import CallerOf, HubOf
from cloud_hub.web.api.parts import PartsOf

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process lives; whether it can work, /readyz says."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(parts: PartsOf, response: Response) -> dict[str, str]:
    """The hub can write its database and its folder, and a broker answers; 503 and why while not.
    It looks once in 5 s, however often it is asked."""
    problem = await parts.readiness.problem()
    if problem is not None:
        response.status_code = 503
    return {"status": problem or "ready"}


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
