"""A store, fixture or product removed over HTTP."""

import pytest
import sqlalchemy as sa

from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, RIVAL, TENANT, TODAY, WATER, local
from tests.stage.doors import Doors

PATHS = {
    "store": "/api/v1/stores/s02",
    "fixture": "/api/v1/fixtures/s02-a",
    "product": f"/api/v1/products/{RIVAL}",
}


def let_devices_go(doors: Doors) -> None:
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        session.execute(
            sa.update(DeviceRow).where(DeviceRow.tenant_id == TENANT).values(left_at=NOW)
        )


@pytest.mark.parametrize("kind", PATHS)
async def test_an_editor_removes_it_once_and_is_told_from_when(doors: Doors, kind: str) -> None:
    doors.chain.receipt(local(9), (RIVAL, "1", "3.50"), store_id="s02", day=TODAY)
    doors.chain.photo(local(9), store_id="s02")
    let_devices_go(doors)
    headers = doors.token(LoginRole.HEAD_OFFICE, may_write=True)
    done = await doors.http.delete(PATHS[kind], headers=headers)
    assert done.status_code == 200, done.text
    day = "2026-03-04" if kind == "product" else "2026-03-05"
    assert done.json() == {
        "kind": kind,
        "identity": PATHS[kind].rpartition("/")[2],
        "retired_from": day,
    }
    again = await doors.http.delete(PATHS[kind], headers=headers)
    assert (again.status_code, f"is retired from {day} on already" in again.text) == (409, True)
    stores = await doors.http.get("/api/v1/stores", headers=headers)
    there = {"s01"} if kind == "store" else {"s01", "s02"}
    assert {store["store_id"] for store in stores.json()} == there


@pytest.mark.parametrize("path", ["stores/s99", "fixtures/s99-a", "products/09520000000077"])
async def test_what_is_not_there_is_a_404_of_one_line(doors: Doors, path: str) -> None:
    headers = doors.token(LoginRole.IT, may_write=True)
    answer = await doors.http.delete(f"/api/v1/{path}", headers=headers)
    assert (answer.status_code, "there is no" in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("stores/s02", "still has devices"),
        ("fixtures/s02-a", "still has device"),
        (f"products/{WATER}", "is on the plan"),
    ],
)
async def test_what_something_hangs_on_is_a_409_of_one_line(
    doors: Doors, path: str, words: str
) -> None:
    headers = doors.token(LoginRole.IT, may_write=True)
    answer = await doors.http.delete(f"/api/v1/{path}", headers=headers)
    assert (answer.status_code, words in answer.text) == (409, True)


@pytest.mark.parametrize("path", PATHS.values())
async def test_only_who_may_edit_master_data_removes(doors: Doors, path: str) -> None:
    let_devices_go(doors)
    for headers, status in (
        ({}, 401),
        (doors.token(LoginRole.HEAD_OFFICE), 403),
        (doors.token(LoginRole.STORE, "s02", may_write=True), 403),
        (doors.token(LoginRole.TECHNICIAN, may_write=True), 403),
    ):
        assert (await doors.http.delete(path, headers=headers)).status_code == status
