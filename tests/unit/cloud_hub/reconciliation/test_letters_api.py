"""Dead letters over HTTP."""

import json

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.link.tables import DeadLetter
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors

LETTER = "s01-till/1/0/7"


def it(doors: Doors) -> dict[str, str]:
    doors.chain.flush()
    return doors.token(LoginRole.IT, may_write=True)


async def test_a_letter_that_nobody_knows_is_not_found(doors: Doors) -> None:
    path = "/api/v1/dead-letters/s01-till/9/9/9"
    assert (await doors.http.get(path, headers=it(doors))).status_code == 404
    assert (await doors.http.post(f"{path}/replay", headers=it(doors))).status_code == 404


def letter(doors: Doors) -> None:
    """A sale that could not be taken."""
    keys = HandleKeys(doors.hub.secrets)
    doors.chain.add(
        DeadLetter(
            tenant_id=TENANT,
            letter_id=LETTER,
            device_id="s01-till",
            store_id="s01",
            epoch=1,
            lane=0,
            seq=7,
            raw=keys.sealed_letter(json.dumps({"sequence": "many"}).encode()),
            error="sequence: not a number",
            received_at=NOW,
            replayed_at=None,
        )
    )
    doors.chain.flush()


async def test_letters_are_listed_to_operators_and_opened_to_it_alone(doors: Doors) -> None:
    letter(doors)
    (listed,) = (await doors.get("/dead-letters", LoginRole.TECHNICIAN)).json()
    assert (listed["letter_id"], listed["lane"], listed["error"]) == (
        LETTER,
        "sale",
        "sequence: not a number",
    )
    assert "said" not in listed
    assert (await doors.get("/dead-letters", LoginRole.IT, device="s01-door")).json() == []
    path = f"/api/v1/dead-letters/{LETTER}"
    opened = await doors.http.get(path, headers=it(doors))
    assert opened.json()["said"] == {"sequence": "many"}
    technician = doors.token(LoginRole.TECHNICIAN, may_write=True)
    assert (await doors.http.get(path, headers=technician)).status_code == 403


async def test_a_letter_that_cannot_be_taken_again_says_why(doors: Doors) -> None:
    letter(doors)
    answer = await doors.http.post(f"/api/v1/dead-letters/{LETTER}/replay", headers=it(doors))
    assert answer.status_code == 409
    assert "its events are not dead any more" in answer.json()["detail"]
