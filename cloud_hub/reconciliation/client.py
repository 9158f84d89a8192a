"""The accounts as `aisle audit` asks for them: at the database itself, or of a running hub."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import HubError, Refused
from cloud_hub.core.existing_hub import settings_there
from cloud_hub.core.storage.database import open_database
from cloud_hub.core.trace import Traces
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.reconciliation.device_trace import audit_json, places_of
from cloud_hub.reconciliation.event_trace import RecordName, place_of
from cloud_hub.reconciliation.event_trace_text import record_json
from device_profiles.failures import in_words

TIMEOUT_S = 30


@contextmanager
def _reading(place: Mapping[str, Any]) -> Iterator[Session]:
    database = open_database(settings_there(place).database_url)
    try:
        with database.sessions() as session:
            yield session
    finally:
        database.close()


def audit_here(place: Mapping[str, Any], *, tenant_id: str | None = None) -> dict[str, Any]:
    """The accounts in the database at `place`: of one chain, or of every one."""
    with _reading(place) as session:
        return audit_json(session, tenant_id)


def device_here(
    place: Mapping[str, Any], device_id: str, *, tenant_id: str | None = None
) -> dict[str, Any]:
    """Where each record of one device is. Raises Refused for a device nobody knows."""
    with _reading(place) as session:
        return places_of(session, _device(session, device_id, tenant_id)).as_json()


def record_here(
    place: Mapping[str, Any],
    name: RecordName,
    traces: Traces,
    *,
    tenant_id: str | None = None,
) -> dict[str, Any]:
    """Where one record is, and what it became. Raises Refused for a device nobody knows."""
    with _reading(place) as session:
        device = _device(session, name.device, tenant_id)
        return record_json(place_of(session, device, name, traces))


def _device(session: Session, device_id: str, tenant_id: str | None) -> DeviceRow:
    query = sa.select(DeviceRow).where(DeviceRow.device_id == device_id)
    if tenant_id is not None:
        query = query.where(DeviceRow.tenant_id == tenant_id)
    found = session.scalars(query).all()
    if not found:
        raise Refused(f"no device {device_id} in this hub; see: aisle audit", status=404)
    if len(found) > 1:
        chains = ", ".join(sorted(device.tenant_id for device in found))
        raise Refused(f"device {device_id} is in several chains; give --tenant, one of: {chains}")
    return found[0]


async def told_by(
    url: str, token: str, path: str, *, tenant_id: str | None = None
) -> dict[str, Any]:
    """What a running hub answers at `/api/v1/{path}`. Raises HubError with what to do."""
    if not url.startswith(("http://", "https://")):
        raise HubError(f"--hub {url!r} is no address; write http://HOST:PORT")
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    query = {"tenant": tenant_id} if tenant_id else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as client,
            client.get(f"{url.rstrip('/')}/api/v1/{path}", params=query) as answer,
        ):
            if answer.status == 401:
                asked = "this token is not known to it" if token else "it wants a token"
                raise HubError(f"hub {url}: {asked}; give --token or set AISLE_TOKEN")
            if answer.status != 200:
                raise HubError(f"hub {url}: {await _reason(answer)}")
            told: dict[str, Any] = await answer.json()
            return told
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise HubError(f"no hub answers at {url}: {in_words(error)}") from error


async def _reason(answer: aiohttp.ClientResponse) -> str:
    """Why a hub refused, in its own words where they are words."""
    try:
        said = await answer.json()
    except (aiohttp.ClientError, ValueError):
        said = None
    detail = said.get("detail") if isinstance(said, dict) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        detail = detail[0].get("msg")
    return detail if isinstance(detail, str) else f"it answers {answer.status} {answer.reason}"
