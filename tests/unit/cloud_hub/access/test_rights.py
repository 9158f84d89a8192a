"""Each role at every door: pages, figures, findings, pictures, acts, asked over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Filter
from cloud_hub.register import METRICS
from device_profiles.store import LoginRole
from tests.small_chain import OTHER, OWN, PLAN, RIVAL, TENANT, local
from tests.stage.doors import Doors, opened_doors

HEAD_OFFICE, IT, TECHNICIAN = LoginRole.HEAD_OFFICE, LoginRole.IT, LoginRole.TECHNICIAN
STORE, BRAND = LoginRole.STORE, LoginRole.BRAND
OFFICE = {HEAD_OFFICE, IT}
SCOPE = {STORE: "s01", BRAND: OWN}

DEVICES = {"connected", "working"}
OF_GOODS = {
    "sell-out",
    "sell-out-estimated",
    "on-shelf-availability",
    "must-have-present",
    "facings",
    "share-of-shelf",
    "share-of-shelf-by-width",
    "purity",
    "compliance",
    "compliance-presence",
    "compliance-position",
    "compliance-facings",
    "basket-fill",
    "recognition-accuracy",
    "recognition-coverage",
}
ASKED = {
    HEAD_OFFICE: set(METRICS),
    IT: set(METRICS),
    STORE: set(METRICS),
    TECHNICIAN: DEVICES,
    BRAND: OF_GOODS,
}

PAGES = {
    "/views/home": OFFICE,
    "/views/footfall": OFFICE,
    "/views/stores/s01": OFFICE | {STORE},
    "/views/shelves/s01-a": OFFICE | {STORE, BRAND},
    f"/views/brands/{OWN}": {HEAD_OFFICE, BRAND},
    "/views/fleet": OFFICE | {STORE, TECHNICIAN},
    "/views/devices/s01-till": OFFICE | {STORE, TECHNICIAN},
    "/views/tasks": OFFICE | {STORE, TECHNICIAN},
    "/views/review": {HEAD_OFFICE, STORE, BRAND},
}
OTHER_DOORS = {
    "/stores": set(LoginRole),
    "/findings": set(LoginRole),
    "/metrics": set(LoginRole),
    "/devices": OFFICE | {STORE, TECHNICIAN},
    "/devices/s01-till/ledger": OFFICE | {STORE, TECHNICIAN},
    "/devices/s01-till/records/1/sale/1": OFFICE | {STORE, TECHNICIAN},
    "/devices/s01-till/commands": OFFICE | {TECHNICIAN},
    "/devices/s01-till/shadow": OFFICE | {TECHNICIAN},
    "/artifacts": OFFICE | {TECHNICIAN},
    "/audit": OFFICE | {TECHNICIAN},
    "/dead-letters": OFFICE | {TECHNICIAN},
    "/stock/s01": OFFICE | {STORE},
    "/logins": set(),
    "/tokens": set(),
    "/dead-letters/none": set(),
}
"""Reading tokens: who is let in. Logins and what dead letters say take a writing one."""


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with opened_doors(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("role", LoginRole)
async def test_a_role_is_told_its_figures_and_no_others(doors: Doors, role: LoginRole) -> None:
    scope = SCOPE.get(role)
    listed = (await doors.get("/metrics", role, scope)).json()
    assert {metric["name"] for metric in listed} == ASKED[role]
    for name in METRICS:
        answer = await doors.get(f"/metrics/{name}", role, scope)
        assert answer.status_code == (200 if name in ASKED[role] else 403), name
        if name not in ASKED[role]:
            assert f"role {role} may not see {name}" in answer.text


@pytest.mark.parametrize("role", LoginRole)
async def test_a_role_is_let_in_at_its_doors_and_no_others(doors: Doors, role: LoginRole) -> None:
    doors.chain.photo(local(14))
    for path, roles in (PAGES | OTHER_DOORS).items():
        answer = await doors.get(path, role, SCOPE.get(role))
        assert answer.status_code == (200 if role in roles else 403), (path, answer.text)


async def test_nobody_is_let_in_without_a_token(doors: Doors) -> None:
    for path in PAGES | OTHER_DOORS:
        assert (await doors.http.get(f"/api/v1{path}")).status_code == 401, path
    for path in ("/healthz", "/metrics", "/api/v1/metrics/net-sales"):
        status = (await doors.http.get(path)).status_code
        assert status == (200 if path == "/healthz" else 401), path


async def test_a_picture_is_for_who_may_see_the_shelf(doors: Doors) -> None:
    sha256 = doors.chain.photo(local(14))
    doors.chain.flush()
    kept = doors.hub.pictures.path(sha256)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(b"picture")
    for role, scope, status in (
        (HEAD_OFFICE, None, 200),
        (IT, None, 200),
        (STORE, "s01", 200),
        (STORE, "s02", 404),
        (BRAND, OWN, 200),
        (BRAND, OTHER, 404),
        (TECHNICIAN, None, 404),
    ):
        answer = await doors.get(f"/media/{sha256}", role, scope)
        assert answer.status_code == status, (role, scope)


async def test_findings_are_told_to_who_may_see_what_they_are_about(doors: Doors) -> None:
    for hour in (13, 14):
        doors.chain.photo(local(hour), seen={**PLAN, "A-1-1": RIVAL, "A-2-1": RIVAL})
    doors.chain.alarm("disk-full", local(13), device_id="s01-till")
    doors.chain.zone(local(12), *([390.0] * 6), queue=7)
    doors.chain.zone(local(12, 15), *([390.0] * 6), queue=7)
    kinds = {}
    for role in LoginRole:
        rows = (await doors.get("/findings", role, SCOPE.get(role))).json()
        kinds[role] = {row["kind"] for row in rows}
    everything = {"purity", "alarm", "slow-queue"}
    assert everything <= kinds[HEAD_OFFICE]
    assert kinds[IT] == kinds[STORE] == kinds[HEAD_OFFICE]
    assert kinds[TECHNICIAN] == {"alarm"}
    assert kinds[BRAND] == {"purity"}


async def test_a_filter_that_would_be_ignored_is_an_error(doors: Doors) -> None:
    there = {Filter.BRAND: OWN, Filter.FIXTURE: "s01-a", Filter.DEVICE: "s01-till"}
    for name, metric in METRICS.items():
        for kind, identity in there.items():
            answer = await doors.get(f"/metrics/{name}", HEAD_OFFICE, **{kind.value: identity})
            assert answer.status_code == (200 if kind in metric.filters else 422), (name, kind)
            if kind not in metric.filters:
                said = answer.json()["detail"]
                assert f"{name} knows no filter '{kind}'; it knows: " in said


UNKNOWN = (
    ("net-sales", {"store": "s99"}, "no store 's99'"),
    ("net-sales", {"shop": "s01"}, "net-sales knows no filter 'shop'"),
    ("sell-out", {"brand": "nobody"}, "no brand 'nobody'"),
    ("facings", {"fixture": "s09-a"}, "no fixture 's09-a'"),
    ("connected", {"device": "s09-till"}, "no device 's09-till'"),
)


async def test_what_is_not_there_is_an_error_in_one_line(doors: Doors) -> None:
    for name, query, said in UNKNOWN:
        answer = await doors.get(f"/metrics/{name}", HEAD_OFFICE, **query)
        assert answer.status_code == 422, (name, query)
        assert said in answer.json()["detail"]
        assert "\n" not in answer.json()["detail"]


async def test_anothers_fixture_and_device_are_not_there(doors: Doors) -> None:
    for name, query in (("facings", {"fixture": "s02-a"}), ("connected", {"device": "s02-till"})):
        answer = await doors.get(f"/metrics/{name}", STORE, "s01", **query)
        assert answer.status_code == 422, name
    foreign = await doors.get("/metrics/facings", BRAND, OTHER, fixture="s01-a")
    assert foreign.status_code == 422


async def test_the_counters_are_for_it_and_of_several_chains_for_the_administrator(
    doors: Doors,
) -> None:
    it = doors.token(IT)
    assert (await doors.http.get("/metrics", headers=it)).status_code == 200
    office = doors.token(HEAD_OFFICE, may_write=True)
    assert (await doors.http.get("/metrics", headers=office)).status_code == 403
    with doors.hub.database.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO tenant (tenant_id, currency, simulated, naming_key, name)"
            " SELECT 'other', currency, simulated, naming_key, name FROM tenant"
        )
    assert (await doors.http.get("/metrics", headers=it)).status_code == 403
    administrator = doors.administrator()
    assert (await doors.http.get("/metrics", headers=administrator)).status_code == 200


async def test_a_writing_token_does_what_its_role_does(doors: Doors) -> None:
    reset = f"/api/v1/devices/s01-till/reset-claim?tenant_id={TENANT}"
    command = "/api/v1/devices/s01-till/commands"
    picture = f"/api/v1/references/06901234567892?tenant={TENANT}"
    for role, statuses in {
        HEAD_OFFICE: (204, 403, 201),
        IT: (204, 202, 201),
        TECHNICIAN: (204, 202, 403),
        STORE: (403, 403, 403),
        BRAND: (403, 403, 403),
    }.items():
        headers = doors.token(role, SCOPE.get(role), may_write=True)
        answers = (
            await doors.http.post(reset, headers=headers),
            await doors.http.post(command, json={"name": "restart"}, headers=headers),
            await doors.http.put(picture, content=b"\xff\xd8\xff\xe0 jpeg", headers=headers),
        )
        assert tuple(answer.status_code for answer in answers) == statuses, role


async def test_a_technician_of_one_store_commands_its_devices_alone(doors: Doors) -> None:
    headers = doors.token(TECHNICIAN, "s01", may_write=True)
    for device, status in (("s01-till", 202), ("s02-till", 404)):
        path = f"/api/v1/devices/{device}"
        given = await doors.http.post(f"{path}/commands", json={"name": "restart"}, headers=headers)
        assert given.status_code == status
        wanted = await doors.http.put(f"{path}/desired", json={"state": {}}, headers=headers)
        assert wanted.status_code == (200 if status == 202 else 404)
        reset = await doors.http.post(f"{path}/reset-claim?tenant_id={TENANT}", headers=headers)
        assert reset.status_code == (204 if status == 202 else 404)
        for read in ("ledger", "commands", "shadow"):
            answer = await doors.http.get(f"{path}/{read}", headers=headers)
            assert answer.status_code == (200 if status == 202 else 404), read
    devices = (await doors.http.get("/api/v1/devices", headers=headers)).json()
    assert {device["store_id"] for device in devices} == {"s01"}
    assert (await doors.http.get("/api/v1/audit", headers=headers)).status_code == 403


async def test_a_person_of_the_head_office_acts_with_a_cookie_and_from_the_hubs_page_alone(
    doors: Doors,
) -> None:
    headers = doors.signed_in("anna", HEAD_OFFICE)
    reset = f"/api/v1/devices/s01-till/reset-claim?tenant_id={TENANT}"
    assert (await doors.http.post(reset, headers=headers)).status_code == 204
    elsewhere = headers | {"Origin": "http://evil.example"}
    assert (await doors.http.post(reset, headers=elsewhere)).status_code == 403
    other = "/api/v1/devices/s01-till/reset-claim?tenant_id=other"
    assert (await doors.http.post(other, headers=headers)).status_code == 403
