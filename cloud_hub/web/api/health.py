"""Doors for machines that watch the hub."""

import sqlalchemy as sa
from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.web.api.dependencies import HubOf
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
def metrics(parts: PartsOf) -> Response:
    """The hub's own counters, for Prometheus."""
    return Response(parts.meters.page(), media_type="text/plain; version=0.0.4; charset=utf-8")
