"""Devices that knocked: told to those who may let them in, bounded, gone once they are in."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.fleet.enrolment.knocks import (
    KEPT,
    KEPT_OF_NETWORK,
    Knocked,
    forget_knocks,
    knocks_for,
    note_knock,
)
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, SmallChain, viewer
from tests.stage.doors import Doors

IT = viewer(LoginRole.IT)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def knock(chain: SmallChain, device_id: str, address: str = "10.1.2.3", minutes: int = 0) -> None:
    at = NOW + timedelta(minutes=minutes)
    with chain.database.writing() as session:
        note_knock(session, TENANT, device_id, address, at)


def knocked(chain: SmallChain, who: Viewer = IT) -> tuple[Knocked, ...]:
    with chain.database.sessions() as session:
        return knocks_for(session, who)


def test_a_knock_is_told_with_where_from_and_how_often(chain: SmallChain) -> None:
    knock(chain, "s09-door")
    knock(chain, "s09-door", minutes=3)
    knock(chain, "s01-till", minutes=1)
    unknown, known = knocked(chain)
    assert (unknown.device_id, unknown.address, unknown.times) == ("s09-door", "10.1.2.3", 2)
    assert (unknown.first_at, unknown.last_at) == (NOW, NOW + timedelta(minutes=3))
    assert (unknown.is_known, known.is_known) == (False, True)
    with chain.database.writing() as session:
        forget_knocks(session, TENANT, "s09-door")
        note_knock(session, "elsewhere", "s09-door", "10.1.2.3", NOW)
    assert [one.device_id for one in knocked(chain)] == ["s01-till"]


def test_who_is_bound_to_stores_hears_of_their_devices_alone(chain: SmallChain) -> None:
    for name in ("s09-door", "s01-till", "s02-till"):
        knock(chain, name)
    bound = viewer(LoginRole.TECHNICIAN, "s02")
    assert [one.device_id for one in knocked(chain, bound)] == ["s02-till"]
    assert knocked(chain, viewer(LoginRole.STORE, "s01")) == ()
    assert knocked(chain, viewer(LoginRole.BRAND, "spring")) == ()


def test_the_newest_are_kept_and_one_network_hides_no_other(chain: SmallChain) -> None:
    knock(chain, "s09-door", "10.9.9.9")
    with chain.database.writing() as session:
        for number in range(KEPT_OF_NETWORK + 15):
            at = NOW + timedelta(seconds=1 + number)
            note_knock(session, TENANT, f"x{number}", f"2001:db8::{number:x}", at)
    rows = knocked(chain)
    assert len(rows) == KEPT_OF_NETWORK + 1
    assert rows[0].device_id == f"x{KEPT_OF_NETWORK + 14}"
    assert rows[-1].device_id == "s09-door"
    with chain.database.writing() as session:
        for number in range(KEPT + 5):
            at = NOW + timedelta(hours=1, seconds=number)
            note_knock(session, TENANT, "y", f"10.0.{number}.1", at)
    assert len(knocked(chain)) == KEPT


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, 1),
        ({"device_id": "s09-door"}, 1),
        ({"tenant_id": "elsewhere"}, 0),
        ({"device_id": "S09"}, 0),
        ({"claim_token": ""}, 1),
    ],
)
async def test_a_claim_that_is_refused_leaves_a_knock_without_its_token(
    doors: Doors, change: dict[str, str], told: int
) -> None:
    doors.chain.flush()
    body = {"tenant_id": TENANT, "device_id": "s01-till", "claim_token": "a secret guess"}
    answer = await doors.http.post("/api/v1/devices/claim", json=body | change)
    assert answer.status_code in (403, 422)
    headers = doors.token(LoginRole.IT)
    rows = (await doors.http.get(f"/api/v1/knocks?tenant_id={TENANT}", headers=headers)).json()
    assert len(rows) == told
    assert "secret" not in str(rows)
