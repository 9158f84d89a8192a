"""Logins and tokens: who makes which, what binds them, how they end."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.grants import Grant
from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.tokens import ANY_TENANT, token_row
from cloud_hub.admin.logins import Logins
from cloud_hub.master_data.place_tables import StoreRow
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OTHER, OWN, TENANT, WATER, local
from tests.stage.doors import PASSWORD, Doors, opened_doors

HEAD_OFFICE, IT, TECHNICIAN = LoginRole.HEAD_OFFICE, LoginRole.IT, LoginRole.TECHNICIAN
STORE, BRAND = LoginRole.STORE, LoginRole.BRAND
LOGINS, TOKENS = "/api/v1/logins", "/api/v1/tokens"


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    """Three stores: s01 and s02 in the region Town, s03 in the North."""
    async with opened_doors(tmp_path, stores=3) as opened:
        with opened.hub.database.writing() as session:
            session.execute(
                sa.update(StoreRow)
                .where(StoreRow.store_id == "s03")
                .values(region=Names(en="North", zh="北区"))
            )
        yield opened


def login(name: str, role: LoginRole, **more: Any) -> dict[str, Any]:
    return {
        "tenant_id": TENANT,
        "login_name": name,
        "password": PASSWORD,
        "role": role,
        **more,
    }


def acts(doors: Doors) -> list[tuple[str, str, str]]:
    with doors.hub.sessions() as session:
        assert first_forged(session, TENANT) is None
        assert first_forged(session, ANY_TENANT) is None
        order = (AuditEntry.tenant_id, AuditEntry.entry)
        rows = session.scalars(sa.select(AuditEntry).order_by(*order))
        return [(row.actor, row.action, row.subject) for row in rows]


async def stores_of(doors: Doors, headers: dict[str, str]) -> list[str]:
    answer = await doors.http.get("/api/v1/stores", headers=headers)
    assert answer.status_code == 200, answer.text
    return [store["store_id"] for store in answer.json()]


@pytest.mark.parametrize(("role", "scope"), [(TECHNICIAN, None), (BRAND, OWN), (STORE, "s01")])
async def test_no_token_of_a_lesser_role_makes_logins_or_tokens(
    doors: Doors, role: LoginRole, scope: str | None
) -> None:
    headers = doors.token(role, scope, may_write=True)
    for path, body in (
        (LOGINS, login("pwn", HEAD_OFFICE)),
        (LOGINS, login("pwn", STORE, scope_id="s01")),
        (TOKENS, {"tenant_id": TENANT, "name": "pwn", "may_write": True}),
        (TOKENS, {"tenant_id": TENANT, "name": "pwn", "role": role, "scope_id": scope}),
    ):
        answer = await doors.http.post(path, json=body, headers=headers)
        assert answer.status_code == 403, answer.text
        assert answer.json()["detail"] == f"role {role} may not manage logins"
    assert {(actor, action) for actor, action, _ in acts(doors)} == {("token:test", "act-refused")}


async def test_a_head_office_makes_no_it_and_touches_none(doors: Doors) -> None:
    doors.make_login("root", IT)
    headers = doors.token(HEAD_OFFICE, may_write=True)
    for method, path, body in (
        ("POST", LOGINS, login("pwn", IT)),
        ("POST", LOGINS, login("pwn", TECHNICIAN)),
        ("POST", LOGINS, login("root", STORE, scope_id="s01")),
        ("POST", f"{LOGINS}/root/disable", None),
        ("DELETE", f"{LOGINS}/root", None),
        ("POST", TOKENS, {"tenant_id": TENANT, "name": "pwn", "role": "it"}),
    ):
        answer = await doors.http.request(method, path, json=body, headers=headers)
        assert answer.status_code == 403, (path, answer.text)
        assert "role head-office may not make or change logins of role" in answer.text
    made = await doors.http.post(LOGINS, json=login("anna", HEAD_OFFICE), headers=headers)
    assert made.status_code == 204


async def test_a_token_is_of_its_chain_alone(doors: Doors) -> None:
    headers = doors.token(IT, may_write=True)
    for tenant in ("other", "*"):
        body = login("pwn", STORE, scope_id="s01") | {"tenant_id": tenant}
        answer = await doors.http.post(LOGINS, json=body, headers=headers)
        assert answer.status_code in (403, 422), answer.text


async def test_the_administrator_makes_every_role_and_all_of_it_is_noted(doors: Doors) -> None:
    headers = doors.administrator()
    for name, role, scope in (
        ("office", HEAD_OFFICE, None),
        ("it", IT, None),
        ("tech", TECHNICIAN, None),
        ("clerk", STORE, "s01"),
        ("spring", BRAND, OWN),
    ):
        body = login(name, role, scope_id=scope)
        assert (await doors.http.post(LOGINS, json=body, headers=headers)).status_code == 204
    again = await doors.http.post(LOGINS, json=login("tech", TECHNICIAN), headers=headers)
    assert again.status_code == 204
    assert acts(doors) == [
        *(("token:admin", "login-made", n) for n in ("office", "it", "tech", "clerk", "spring")),
        ("token:admin", "login-changed", "tech"),
    ]
    listed = (await doors.http.get(LOGINS, headers=headers)).json()
    assert [(one["login_name"], one["role"], one["scope_id"]) for one in listed] == [
        ("clerk", "store", ["s01"]),
        ("it", "it", []),
        ("office", "head-office", []),
        ("spring", "brand", [OWN]),
        ("tech", "technician", []),
    ]
    assert "password" not in json.dumps(listed)


async def test_a_login_may_have_several_stores_or_a_region(doors: Doors) -> None:
    headers = doors.administrator()
    for name, bounds in (
        ("two", {"scope_id": ["s01", "s03", "s01"]}),
        ("town", {"region": "town"}),
        ("both", {"scope_id": "s01", "region": ["北区"]}),
    ):
        made = await doors.http.post(LOGINS, json=login(name, STORE, **bounds), headers=headers)
        assert made.status_code == 204, made.text
    listed = {
        row["login_name"]: row for row in (await doors.http.get(LOGINS, headers=headers)).json()
    }
    assert (listed["two"]["scope_id"], listed["town"]["region"]) == (["s01", "s03"], ["Town"])
    assert await stores_of(doors, doors.signed_in("two", STORE, "s01", "s03")) == ["s01", "s03"]
    assert await stores_of(doors, doors.signed_in("town", STORE, regions=("Town",))) == [
        "s01",
        "s02",
    ]
    both = doors.signed_in("both", STORE, "s01", regions=("北区",))
    assert await stores_of(doors, both) == ["s01", "s03"]


async def test_a_store_that_joins_a_region_is_seen_by_who_has_the_region(doors: Doors) -> None:
    headers = doors.signed_in("town", STORE, regions=("Town",))
    with doors.hub.database.writing() as session:
        session.execute(
            sa.update(StoreRow).where(StoreRow.store_id == "s03").values(region=Names(en="Town"))
        )
    assert await stores_of(doors, headers) == ["s01", "s02", "s03"]


async def test_figures_of_several_stores_are_added_up_and_others_are_not_told(
    doors: Doors,
) -> None:
    for number in (1, 2, 3):
        amount = f"{10**number}.00"
        doors.chain.receipt(local(9), (WATER, "1", amount), store_id=f"s{number:02d}")
    doors.chain.flush()
    headers = doors.signed_in("town", STORE, regions=("Town",))
    sales = await doors.http.get("/api/v1/metrics/net-sales", headers=headers)
    assert float(sales.json()["total"]["value"]) == 110
    other = await doors.http.get("/api/v1/metrics/net-sales?store=s03", headers=headers)
    assert other.status_code == 422
    for store, status in (("s01", 200), ("s02", 200), ("s03", 404)):
        answer = await doors.http.get(f"/api/v1/stock/{store}", headers=headers)
        assert answer.status_code == status
    home = (await doors.http.get("/api/v1/views/home", headers=headers)).json()
    assert [store["store_id"] for store in home["stores"]] == ["s01", "s02"]


WRONG_BOUNDS = (
    (STORE, {}, "role store needs a scope: the stores or regions it is for"),
    (STORE, {"scope_id": ["s01", "s99"]}, "there is no store 's99'; there is: s01, s02, s03"),
    (STORE, {"region": "Mars"}, "there is no region 'Mars'; there is: North, Town, 北区, 城区"),
    (BRAND, {}, "role brand needs a scope: the one brand it is for"),
    (BRAND, {"scope_id": [OWN, OTHER]}, "the one brand it is for"),
    (BRAND, {"scope_id": "nobody"}, "there is no brand 'nobody'"),
    (BRAND, {"scope_id": OWN, "region": "Town"}, "the one brand it is for"),
    (HEAD_OFFICE, {"scope_id": "s01"}, "role head-office sees the whole chain; it takes no scope"),
    (IT, {"region": "Town"}, "role it sees the whole chain; it takes no scope"),
)


async def test_what_a_role_cannot_be_bound_to_is_refused_in_one_line(doors: Doors) -> None:
    headers = doors.administrator()
    for role, bounds, said in WRONG_BOUNDS:
        for path, body in (
            (LOGINS, login("x", role, **bounds)),
            (TOKENS, {"tenant_id": TENANT, "name": "x", "role": role, **bounds}),
        ):
            answer = await doors.http.post(path, json=body, headers=headers)
            assert answer.status_code == 422, (role, bounds, answer.text)
            assert said in answer.json()["detail"]
    named = await doors.http.post(LOGINS, json=login("token:x", IT), headers=headers)
    assert (named.status_code, named.json()["detail"]) == (422, "a login's name has no colon")


async def test_a_new_password_or_role_ends_the_old_cookie(doors: Doors) -> None:
    headers = doors.administrator()
    for change in (login("anna", IT), login("anna", STORE, scope_id="s01")):
        cookie = doors.signed_in("anna", IT)
        assert (await doors.http.get("/api/v1/stores", headers=cookie)).status_code == 200
        changed = await doors.http.post(LOGINS, json=change, headers=headers)
        assert changed.status_code == 204
        assert (await doors.http.get("/api/v1/stores", headers=cookie)).status_code == 401


async def test_a_disabled_login_is_out_at_once_and_comes_back_by_signing_in(doors: Doors) -> None:
    headers = doors.administrator()
    cookie = doors.signed_in("anna", HEAD_OFFICE)
    version = doors.hub.changed.version
    assert (await doors.http.post(f"{LOGINS}/anna/disable", headers=headers)).status_code == 204
    assert doors.hub.changed.version > version, "open pages look who they are"
    assert (await doors.http.get("/api/v1/stores", headers=cookie)).status_code == 401
    (listed,) = (await doors.http.get(LOGINS, headers=headers)).json()
    assert listed["disabled_at"] is not None
    assert (await doors.http.post(f"{LOGINS}/anna/enable", headers=headers)).status_code == 204
    assert (await doors.http.get("/api/v1/stores", headers=cookie)).status_code == 401
    again = doors.signed_in("anna", HEAD_OFFICE)
    assert (await doors.http.get("/api/v1/stores", headers=again)).status_code == 200
    removed = await doors.http.delete(f"{LOGINS}/anna", headers=headers)
    assert removed.status_code == 204
    assert (await doors.http.get("/api/v1/stores", headers=again)).status_code == 401
    assert (await doors.http.get(LOGINS, headers=headers)).json() == []
    assert [act for _, act, _ in acts(doors)] == [
        "login-disabled",
        "login-enabled",
        "login-removed",
    ]
    gone = await doors.http.post(f"{LOGINS}/anna/disable", headers=headers)
    assert (gone.status_code, gone.json()["detail"]) == (404, "there is no login 'anna'")


async def test_nobody_ends_his_own_login(doors: Doors) -> None:
    cookie = doors.signed_in("anna", IT)
    for method, path in (("POST", f"{LOGINS}/anna/disable"), ("DELETE", f"{LOGINS}/anna")):
        assert (await doors.http.request(method, path, headers=cookie)).status_code == 409


async def test_a_revoked_token_opens_nothing(doors: Doors) -> None:
    headers, program = doors.administrator(), doors.token(HEAD_OFFICE)
    listed = (await doors.http.get(TOKENS, headers=headers)).json()
    assert {(one["name"], one["role"], one["may_write"]) for one in listed} == {
        ("test", "head-office", False),
        ("admin", "it", True),
    }
    revoked = await doors.http.delete(f"{TOKENS}/test", headers=headers)
    assert revoked.status_code == 204
    assert (await doors.http.get("/api/v1/stores", headers=program)).status_code == 401
    assert acts(doors) == [
        ("nobody", "token-refused", "GET /api/v1/stores"),
        ("token:admin", "token-revoked", "test"),
    ]
    listed = (await doors.http.get(TOKENS, headers=headers)).json()
    assert [one["revoked_at"] is not None for one in listed if one["name"] == "test"] == [True]
    again = await doors.http.delete(f"{TOKENS}/test", headers=headers)
    assert again.status_code == 404


async def test_one_of_several_tokens_of_a_name_is_revoked_by_its_id(doors: Doors) -> None:
    headers, first, second = doors.administrator(), doors.token(IT), doors.token(IT)
    both = await doors.http.delete(f"{TOKENS}/test", headers=headers)
    assert both.status_code == 409
    assert "2 tokens are called 'test': name one by its id: " in both.json()["detail"]
    chosen = both.json()["detail"].rpartition(" ")[2]
    assert (await doors.http.delete(f"{TOKENS}/{chosen}", headers=headers)).status_code == 204
    statuses = [
        (await doors.http.get("/api/v1/stores", headers=each)).status_code
        for each in (first, second)
    ]
    assert sorted(statuses) == [200, 401]


async def test_a_chains_it_neither_sees_nor_ends_the_administrators_token(doors: Doors) -> None:
    headers = doors.token(IT, may_write=True)
    listed = (await doors.http.get(TOKENS, headers=headers)).json()
    assert [one["name"] for one in listed] == ["test"]
    assert (await doors.http.delete(f"{TOKENS}/admin", headers=headers)).status_code == 404


def test_the_command_line_gives_every_role_and_is_noted_as_such(doors: Doors) -> None:
    with doors.hub.database.writing() as session:
        at_the_database = Logins(session, TENANT, by=None, now=NOW)
        at_the_database.make("ines", PASSWORD, Grant(role=IT), None)
        token = at_the_database.mint("export", Grant(role=IT), may_write=True)
    assert acts(doors) == [
        ("command line", "login-made", "ines"),
        ("command line", "token-made", "export"),
    ]
    with doors.hub.sessions() as session:
        row = token_row(session, token)
        assert row is not None
        assert (row.tenant_id, row.role, row.may_write) == (TENANT, "it", True)
