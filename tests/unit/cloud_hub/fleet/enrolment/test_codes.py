"""Claim codes are made for devices that may be claimed."""

from pathlib import Path

import httpx
import pytest

from cloud_hub.core.keys.authority import open_authority
from cloud_hub.fleet.enrolment.codes import code_for
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.claim_code import decode
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.doors import Doors

URL = "https://hub.example.org:8443"


async def ask(doors: Doors, *, again: bool = False, url: str = URL) -> httpx.Response:
    return await doors.http.post(
        f"/api/v1/devices/s01-till/claim-code?tenant_id={TENANT}",
        json={"hub_url": url, "again": again},
        headers=doors.token(LoginRole.TECHNICIAN, may_write=True),
    )


@pytest.fixture(autouse=True)
def unclaimed(doors: Doors) -> None:
    """The till waits to be claimed."""
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, "s01-till")).claimed_at = None


async def test_a_code_lets_its_device_be_claimed_at_a_hub_that_it_knows(doors: Doors) -> None:
    code = decode((await ask(doors)).json()["code"])
    assert (code.hub_url, code.tenant, code.device) == (URL, TENANT, "s01-till")
    assert code.fingerprint == open_authority(doors.hub.settings).known_by
    body = {"tenant_id": TENANT, "device_id": "s01-till", "claim_token": code.claim_token}
    assert (await doors.http.post("/api/v1/devices/claim", json=body)).status_code == 200
    assert (await ask(doors)).status_code == 409, "it is claimed"
    newer = decode((await ask(doors, again=True)).json()["code"])
    assert (await doors.http.post("/api/v1/devices/claim", json=body)).status_code == 403
    again = body | {"claim_token": newer.claim_token}
    assert (await doors.http.post("/api/v1/devices/claim", json=again)).status_code == 200


@pytest.mark.parametrize("url", ["http://hub.example.org", "hub", "ftp://hub", "https://", ""])
async def test_an_address_that_no_device_would_speak_to_is_refused(doors: Doors, url: str) -> None:
    assert (await ask(doors, url=url)).status_code == 422


async def test_a_brand_makes_no_codes(doors: Doors) -> None:
    answer = await doors.http.post(
        f"/api/v1/devices/s01-till/claim-code?tenant_id={TENANT}",
        json={"hub_url": URL},
        headers=doors.token(LoginRole.IT),
    )
    assert answer.status_code == 403


def test_where_others_signed_the_hubs_certificate_the_code_holds_no_fingerprint(
    doors: Doors,
) -> None:
    with doors.hub.sessions() as session:
        till = session.get_one(DeviceRow, (TENANT, "s01-till"))
        for change in (
            {"tls_cert": Path("c.pem"), "tls_key": Path("k.pem")},
            {"trusted_proxies": ("127.0.0.1",)},
        ):
            settings = doors.hub.settings.model_copy(update=change)
            assert decode(code_for(settings, till, "token", URL)).fingerprint is None
