"""Artifacts over HTTP: listed and assigned by operators, fetched by devices."""

import base64
import json
from pathlib import Path

import pytest

from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.fleet.artifacts.artifacts import NewVersion, artifacts_of
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.artifact import ArtifactKind
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, TENANT
from tests.stage.doors import Doors
from tests.talking_device import COLA

PATH = "/api/v1/artifacts"
TILL = {"Authorization": "Basic " + base64.b64encode(b"s01-till:secret").decode()}


@pytest.fixture
def stocked(doors: Doors, tmp_path: Path) -> Doors:
    """A hub with one signed price list, and a till that can sign in."""
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"currency": "CNY", "prices": [{"gtin": COLA, "price": "2"}]}))
    new = NewVersion(path=prices, name="prices/till", version=1, kind=ArtifactKind.PRICE_LIST)
    artifacts_of(doors.hub).add(TENANT, new, NOW)
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, "s01-till")).password_hash = hash_token("secret")
    return doors


async def test_operators_are_told_what_is_signed(stocked: Doors) -> None:
    (one,) = (await stocked.get("/artifacts", LoginRole.TECHNICIAN)).json()
    assert (one["name"], one["version"], one["kind"]) == ("prices/till", 1, "price-list")
    for role, scope in ((LoginRole.STORE, "s01"), (LoginRole.BRAND, OWN)):
        assert (await stocked.get("/artifacts", role, scope)).status_code == 403


async def test_a_device_fetches_its_chains_list_and_the_file(stocked: Doors) -> None:
    signer = artifacts_of(stocked.hub).signer(TENANT)
    stamp = await stocked.http.get(f"{PATH}/metadata/timestamp.json", headers=TILL)
    assert stamp.content == (signer.metadata / "timestamp.json").read_bytes()
    (file,) = (signer.targets / "prices/till").iterdir()
    target = await stocked.http.get(f"{PATH}/targets/prices/till/{file.name}", headers=TILL)
    assert target.content == file.read_bytes()
    rest = await stocked.http.get(
        f"{PATH}/targets/prices/till/{file.name}", headers=TILL | {"Range": "bytes=5-"}
    )
    assert (rest.status_code, rest.content) == (206, file.read_bytes()[5:])


@pytest.mark.parametrize(
    "path",
    [
        "metadata/99.root.json",
        "metadata/keys.json",
        "metadata/..%2Flock",
        "targets/prices/till/" + "0" * 64 + ".1",
        "targets/..%2F..%2Fkeys%2Froot.pem",
        "targets/prices/till",
    ],
)
async def test_nothing_beside_the_list_is_served(stocked: Doors, path: str) -> None:
    answer = await stocked.http.get(f"{PATH}/{path}", headers=TILL)
    assert answer.status_code in (404, 422)


async def test_who_is_no_device_fetches_nothing(stocked: Doors) -> None:
    for headers in ({}, stocked.token(LoginRole.IT)):
        answer = await stocked.http.get(f"{PATH}/metadata/timestamp.json", headers=headers)
        assert answer.status_code == 401
