"""Logins and tokens made over HTTP."""

from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from cloud_hub.access.doors.second_factor import begin_factor, confirm_factor, factor_state
from cloud_hub.access.logins import login_named
from cloud_hub.access.sign_in import check_password
from cloud_hub.access.tables import AuditEntry, Login
from cloud_hub.access.tokens import token_row
from cloud_hub.core.keys.factor_seal import FactorSeal
from device_profiles.store import LoginRole
from tests.small_chain import OWN, TENANT
from tests.stage.doors import PASSWORD, Doors

ANNA = {
    "tenant_id": TENANT,
    "login_name": "anna",
    "password": PASSWORD,
    "role": "store",
    "scope_id": "s01",
    "language": "zh",
}
READER = {"tenant_id": TENANT, "name": "reader", "role": "brand", "scope_id": OWN}


def acts(doors: Doors) -> list[tuple[str, str, str]]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry))
        return [(row.action, row.subject, row.actor) for row in rows]


async def test_a_login_that_was_made_can_sign_in_and_is_in_the_log(doors: Doors) -> None:
    made = await doors.http.post("/api/v1/logins", json=ANNA, headers=doors.administrator())
    assert made.status_code == 204
    with doors.hub.sessions() as session:
        login = check_password(session, "anna", PASSWORD)
        assert login is not None
        assert (login.role, login.scopes, login.language) == ("store", ["s01"], "zh")
    assert acts(doors) == [("login-made", "anna", "token:admin")]


async def test_a_login_made_again_has_the_new_password_role_and_scope(doors: Doors) -> None:
    again = ANNA | {"password": "another one", "role": "it", "scope_id": None}
    for body in (ANNA, again):
        await doors.http.post("/api/v1/logins", json=body, headers=doors.administrator())
    with doors.hub.sessions() as session:
        assert check_password(session, "anna", PASSWORD) is None
        login = check_password(session, "anna", "another one")
        assert login is not None
        assert (login.role, login.scopes) == ("it", [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "short"}, "password"),
        ({"role": "king"}, "role"),
        ({"scope_id": None}, "needs a scope"),
        ({"scope_id": "s99"}, "there is no store 's99'; there is: s01, s02"),
        ({"language": "de"}, "there is no language 'de'; there is: en, es, zh"),
        ({"login_name": ""}, "login_name"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_login_that_makes_no_sense_is_refused_and_not_made(
    doors: Doors, change: dict[str, Any], said: str
) -> None:
    answer = await doors.http.post(
        "/api/v1/logins", json=ANNA | change, headers=doors.administrator()
    )
    assert answer.status_code == 422
    assert said in answer.text
    with doors.hub.sessions() as session:
        assert session.scalars(sa.select(Login)).all() == []


async def test_a_token_is_said_once_and_sees_what_its_role_sees(doors: Doors) -> None:
    made = await doors.http.post("/api/v1/tokens", json=READER, headers=doors.administrator())
    assert made.status_code == 201
    token = made.json()["token"]
    with doors.hub.sessions() as session:
        row = token_row(session, token)
        assert row is not None
        assert (row.role, row.scopes, row.may_write) == ("brand", [OWN], False)
    assert acts(doors) == [("token-made", "reader", "token:admin")]
    assert token not in str(acts(doors))


@pytest.mark.parametrize(("path", "body"), [("/api/v1/logins", ANNA), ("/api/v1/tokens", READER)])
async def test_whoever_may_not_write_makes_nobody(
    doors: Doors, path: str, body: dict[str, Any]
) -> None:
    for headers, status in (
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        (doors.token(LoginRole.HEAD_OFFICE), 403),
        (doors.signed_in("clerk", LoginRole.STORE, "s01"), 403),
    ):
        answer = await doors.http.post(path, json=body, headers=headers)
        assert answer.status_code == status
    refused = f"POST {path}"
    assert sorted(acts(doors)) == [
        ("act-refused", refused, "clerk"),
        ("act-refused", refused, "token:test"),
        ("token-refused", refused, "nobody"),
    ]


async def test_a_chains_own_token_makes_nobody_of_another_chain(doors: Doors) -> None:
    mine = doors.token(LoginRole.HEAD_OFFICE, may_write=True)
    answer = await doors.http.post(
        "/api/v1/logins", json=ANNA | {"tenant_id": "other"}, headers=mine
    )
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "token:test is not of chain other",
    )


async def test_a_second_factor_is_demanded_and_reset_and_both_are_in_the_log(
    doors: Doors,
) -> None:
    admin = doors.administrator()
    await doors.http.post("/api/v1/logins", json=ANNA, headers=admin)
    none = await doors.http.post("/api/v1/logins/anna/reset-second-factor", headers=admin)
    assert (none.status_code, none.json()["detail"]) == (409, "login 'anna' has no second factor")
    seal, now = FactorSeal(doors.hub.secrets), doors.hub.clock.now()
    with doors.hub.database.writing() as session:
        login = login_named(session, TENANT, "anna")
        secret = begin_factor(session, login, seal, now)
        confirm_factor(session, login, pyotp.TOTP(secret).at(now), seal, now)
    listed = (await doors.http.get("/api/v1/logins", headers=admin)).json()
    assert [one["second_factor"] for one in listed if one["login_name"] == "anna"] == [True]
    reset = await doors.http.post("/api/v1/logins/anna/reset-second-factor", headers=admin)
    assert reset.status_code == 204
    for demanded in (True, False):
        body = {"tenant_id": TENANT, "role": "store", "demanded": demanded}
        answer = await doors.http.post("/api/v1/second-factor-demand", json=body, headers=admin)
        assert answer.status_code == 204
    assert [one[:2] for one in acts(doors)[1:]] == [
        ("second-factor-reset", "anna"),
        ("second-factor-demanded", "store"),
        ("second-factor-not-demanded", "store"),
    ]
    with doors.hub.sessions() as session:
        assert not factor_state(session, login_named(session, TENANT, "anna")).asks
