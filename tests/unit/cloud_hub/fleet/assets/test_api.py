"""Machines' records for programs, within what their token may."""

from typing import Any

import httpx
import pytest

from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.doors import Doors

ASSET = {"serial": "SN-1", "model": "Frost 3", "warranty_until": "2028-01-31"}
VISIT = {"visited_on": "2026-11-20", "visitor": "Wu", "symptom": "too warm"}


async def send(
    doors: Doors, method: str, path: str, *scopes: str, body: dict[str, Any] | None = None
) -> httpx.Response:
    doors.chain.flush()
    return await doors.http.request(
        method,
        f"/api/v1/{path}?tenant_id={TENANT}",
        json=body,
        headers=doors.token(LoginRole.TECHNICIAN, *scopes, may_write=True),
    )


async def test_a_record_is_written_and_read(doors: Doors) -> None:
    place = "devices/s01-cooler/asset"
    assert (await send(doors, "POST", f"{place}/visits", body=VISIT)).status_code == 404
    assert (await send(doors, "PUT", place, body=ASSET)).status_code == 200
    noted = await send(doors, "POST", f"{place}/visits", body=VISIT)
    assert (noted.status_code, noted.json()["visits"][0]["visitor"]) == (201, "Wu")
    taken = await send(doors, "PUT", "devices/s01-till/asset", body=ASSET)
    assert taken.status_code == 409
    records = (await send(doors, "GET", "assets")).json()
    assert list(records) == ["s01-cooler"]
    assert records["s01-cooler"]["sheet"]["warranty_until"] == "2028-01-31"
    assert (await send(doors, "GET", "assets", "s02")).json() == {}
    assert (await send(doors, "PUT", place, "s02", body=ASSET)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"serial": ""},
        {"serial": "x" * 81},
        ASSET | {"warranty_until": "soon"},
        ASSET | {"x": 1},
    ],
)
async def test_what_cannot_be_so_is_refused(doors: Doors, body: dict[str, Any]) -> None:
    assert (await send(doors, "PUT", "devices/s01-cooler/asset", body=body)).status_code == 422
