"""How a device gets its password, once."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.enrolment.enrolment import (
    Claim,
    check_device,
    claim,
    device_checker,
    reset_claim,
)
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.master_data.place_tables import DeviceRow
from tests.talking_device import NOON

TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
SECRET = "a-password-that-the-device-made-itself"


@pytest.fixture
def session(hub_database: Database) -> Iterator[Session]:
    with hub_database.writing() as session:
        yield session


def ask(
    session: Session, device_id: str, token: str, secret: str | None = None
) -> tuple[DeviceIdentity, str]:
    said = Claim(tenant_id="linguang", device_id=device_id, claim_token=token, secret=secret)
    return claim(session, said, NOON)


def claimed(
    session: Session, token: str = "claim-token-s01-till", secret: str | None = None
) -> tuple[DeviceIdentity, str]:
    return ask(session, "s01-till", token, secret)


def test_the_right_token_gives_a_password_of_which_only_the_hash_is_kept(
    session: Session,
) -> None:
    device, password = claimed(session)
    assert device == TILL
    row = session.get_one(DeviceRow, ("linguang", "s01-till"))
    assert password not in (row.password_hash or "")
    assert row.claimed_at == NOON
    assert check_device(session, "s01-till", password) == TILL


def test_every_device_has_a_password_of_its_own(session: Session) -> None:
    _, password = claimed(session)
    _, other = ask(session, "s01-door", "claim-token-s01-door")
    assert password != other
    assert check_device(session, "s01-door", password) is None


@pytest.mark.parametrize("token", ["wrong", "", "claim-token-s01-door"])
def test_a_wrong_token_gives_nothing(session: Session, token: str) -> None:
    with pytest.raises(Refused) as caught:
        claimed(session, token)
    assert caught.value.status == 403
    assert session.get_one(DeviceRow, ("linguang", "s01-till")).claimed_at is None


def test_a_device_that_nobody_knows_is_refused_like_a_wrong_token(session: Session) -> None:
    with pytest.raises(Refused) as wrong:
        claimed(session, "wrong")
    with pytest.raises(Refused) as unknown:
        ask(session, "s99", "x")
    assert str(unknown.value) == str(wrong.value)


def test_a_second_claim_is_refused_until_it_is_reset(session: Session) -> None:
    _, password = claimed(session)
    with pytest.raises(Refused, match="was claimed at 2026-03-04T04:00:00") as caught:
        claimed(session)
    assert caught.value.status == 409
    reset_claim(session, session.get_one(DeviceRow, ("linguang", "s01-till")), NOON)
    assert check_device(session, "s01-till", password) is None
    _, new = claimed(session)
    assert check_device(session, "s01-till", new) == TILL


def test_a_device_whose_answer_was_lost_asks_again_with_its_own_secret(session: Session) -> None:
    assert claimed(session, secret=SECRET) == (TILL, SECRET)
    assert claimed(session, secret=SECRET) == (TILL, SECRET)
    with pytest.raises(Refused, match="was claimed"):
        claimed(session, secret=SECRET + "x")


@pytest.mark.parametrize(("name", "password"), [("s01-till", ""), ("s01-till", "x"), ("", "")])
def test_a_device_that_was_never_claimed_has_no_password(
    session: Session, name: str, password: str
) -> None:
    assert check_device(session, name, password) is None


async def test_passwords_are_checked_beside_the_event_loop(hub_database: Database) -> None:
    with hub_database.writing() as session:
        _, password = claimed(session)
    check = device_checker(hub_database)
    assert await check("s01-till", password) == TILL
    assert await check("s01-till", password + "x") is None
