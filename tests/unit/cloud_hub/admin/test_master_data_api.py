"""Master data loaded over HTTP."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.place_tables import Tenant
from device_profiles.store import LoginRole
from tests.stage.doors import Doors
from tests.talking_device import small_chain

PATH = "/api/v1/master-data"


def tenants(doors: Doors) -> set[str]:
    with doors.hub.sessions() as session:
        return set(session.scalars(sa.select(Tenant.tenant_id)))


async def test_a_chain_is_loaded_told_and_noted(doors: Doors) -> None:
    answer = await doors.http.post(
        PATH, json=small_chain(2).model_dump(mode="json"), headers=doors.administrator()
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "tenant_id": "linguang",
        "stores": 2,
        "products": 3,
        "devices": 6,
        "healed_lines": 0,
        "warnings": [],
    }
    assert "linguang" in tenants(doors)
    with doors.hub.sessions() as session:
        (act,) = session.scalars(sa.select(AuditEntry))
        assert (act.action, act.detail) == (
            "master-data-loaded",
            {"stores": 2, "products": 3, "healed_lines": 0},
        )


async def test_a_chain_with_one_wrong_part_is_not_loaded_at_all(doors: Doors) -> None:
    chain = small_chain(2).model_dump(mode="json")
    chain["stores"][1]["listings"][0]["gtin"] = "09520000000042"
    answer = await doors.http.post(PATH, json=chain, headers=doors.administrator())
    assert answer.status_code == 422
    assert "lists unknown GTIN" in answer.text
    assert "linguang" not in tenants(doors)


async def test_only_its_own_writers_load_a_chain(doors: Doors) -> None:
    body = small_chain().model_dump(mode="json")
    for headers, status in (
        ({}, 401),
        (doors.token(LoginRole.HEAD_OFFICE), 403),
        (doors.token(LoginRole.HEAD_OFFICE, may_write=True), 403),
    ):
        answer = await doors.http.post(PATH, json=body, headers=headers)
        assert answer.status_code == status
    assert "linguang" not in tenants(doors)


@pytest.mark.parametrize(("query", "past_area_m2"), [("", 120.0), ("?correct=true", 7.0)])
async def test_what_is_loaded_again_holds_from_now_on_unless_it_corrects(
    doors: Doors, query: str, past_area_m2: float
) -> None:
    chain = small_chain(2).model_dump(mode="json")
    chain["stores"][0]["selling_area_m2"] = 120.0
    headers = doors.administrator()
    assert (await doors.http.post(PATH, json=chain, headers=headers)).status_code == 200
    chain["stores"][0]["selling_area_m2"] = 7.0
    assert (await doors.http.post(PATH + query, json=chain, headers=headers)).status_code == 200
    with doors.hub.sessions() as session:
        known = read_chain(session, "linguang")
    assert known is not None
    store, today = known.stores["s01"].hours, doors.hub.clock.now().date()
    assert store.on(today - timedelta(days=7)).selling_area_m2 == past_area_m2
    assert store.on(today + timedelta(days=1)).selling_area_m2 == 7.0
