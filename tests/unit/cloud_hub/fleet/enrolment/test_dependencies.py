"""A request that comes from a device."""

import base64

import pytest

from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.doors import Doors

PATH = f"/api/v1/media/{'0' * 64}"


def basic(name: str, password: str, kind: str = "Basic") -> dict[str, str]:
    sent = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"{kind} {sent}"}


@pytest.fixture
def known(doors: Doors) -> Doors:
    """A hub that knows the password of a till."""
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, "s01-till")).password_hash = hash_token("its:password")
    return doors


async def test_a_device_signs_in_with_its_id_and_password(known: Doors) -> None:
    for kind in ("Basic", "basic"):
        answer = await known.http.head(PATH, headers=basic("s01-till", "its:password", kind))
        assert answer.status_code == 404, "signed in: there is no such picture"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("s01-till", "wrong"),
        basic("s01-door", "its:password"),
        basic("", "its:password"),
        basic("s01-till", "its:password", "Bearer"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic no base64!"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()},
    ],
)
async def test_nobody_else_does(known: Doors, headers: dict[str, str]) -> None:
    assert (await known.http.head(PATH, headers=headers)).status_code == 401


async def test_a_programs_token_is_no_device(known: Doors) -> None:
    answer = await known.http.head(PATH, headers=known.token(LoginRole.IT))
    assert answer.status_code == 401
