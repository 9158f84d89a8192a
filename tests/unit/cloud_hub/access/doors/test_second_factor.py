"""Codes of a phone: each good once, near its time, and recovery codes for who lost it."""

from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy.orm import Session

from cloud_hub.access.doors.second_factor import (
    RECOVERY_CODES,
    SET_UP_LASTS,
    FactorState,
    Proof,
    address_of_secret,
    begin_factor,
    begun_secret,
    confirm_factor,
    demand_factor,
    demand_no_factor,
    factor_state,
    forget_factor,
    logins_with_factor,
    prove,
    renew_recovery,
)
from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import NewLogin, add_login, login_named, remove_login
from cloud_hub.access.sign_in import login_of, open_session
from cloud_hub.access.tables import Login, SecondFactor
from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.factor_seal import FactorSeal
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import Database
from device_profiles.store import LoginRole
from tests.talking_device import NOON

STEP = timedelta(seconds=30)


@pytest.fixture
def seal(tmp_path: Path) -> FactorSeal:
    return FactorSeal(load_secrets(tmp_path / "keys"))


def made(session: Session, name: str = "anna", role: LoginRole = LoginRole.IT) -> Login:
    wanted = NewLogin(
        tenant_id="linguang", login_name=name, password="long enough", grant=Grant(role=role)
    )
    add_login(session, wanted)
    session.flush()
    return login_named(session, "linguang", name)


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def test_a_code_is_good_once_near_its_time(database: Database, seal: FactorSeal) -> None:
    with database.writing() as session:
        login = made(session)
        secret = begin_factor(session, login, seal, NOON)
        assert not factor_state(session, login).asks
        assert prove(session, login, code(secret, NOON), seal, NOON) is None
        with pytest.raises(Refused, match="wrong, too old, or was used"):
            confirm_factor(session, login, code(secret, NOON - 2 * STEP), seal, NOON)
        confirm_factor(session, login, code(secret, NOON), seal, NOON)
        assert factor_state(session, login) == FactorState(
            is_on=True, is_demanded=False, recovery_left=RECOVERY_CODES
        )
        # What turned it on, and what came before it, opens nothing.
        assert prove(session, login, code(secret, NOON), seal, NOON) is None
        assert prove(session, login, code(secret, NOON - STEP), seal, NOON) is None
        assert prove(session, login, code(secret, NOON + 2 * STEP), seal, NOON) is None
        ahead = code(secret, NOON + STEP)
        assert prove(session, login, f" {ahead[:3]} {ahead[3:]} ", seal, NOON) is Proof.CODE
        assert prove(session, login, ahead, seal, NOON) is None
        later = NOON + 3 * STEP
        behind = code(secret, later - STEP).translate(
            str.maketrans("0123456789", "０１２３４５６７８９")
        )
        assert prove(session, login, behind, seal, later) is Proof.CODE


@pytest.mark.parametrize("typed", ["", " ", "000000", "12345", "²²²²²²", "é" * 6, "١٢٣", "\0" * 6])
def test_what_is_no_code_opens_nothing(database: Database, seal: FactorSeal, typed: str) -> None:
    with database.writing() as session:
        login = made(session)
        secret = begin_factor(session, login, seal, NOON)
        confirm_factor(session, login, code(secret, NOON), seal, NOON)
        assert prove(session, login, typed, seal, NOON + 9 * STEP) is None


def test_a_recovery_code_is_good_once_and_kept_as_its_hash(
    database: Database, seal: FactorSeal
) -> None:
    with database.writing() as session:
        login = made(session)
        secret = begin_factor(session, login, seal, NOON)
        codes = confirm_factor(session, login, code(secret, NOON), seal, NOON)
        assert len(set(codes)) == RECOVERY_CODES
    with database.writing() as session:
        kept = session.get(SecondFactor, ("linguang", "anna"))
        assert kept is not None
        said = f"{kept.secret_sealed} {kept.recovery_hashes}"
        assert secret not in said
        assert not any(one in said or one.replace("-", "") in said for one in codes)
        login = login_named(session, "linguang", "anna")
        assert prove(session, login, codes[3].upper(), seal, NOON) is Proof.RECOVERY
    with database.writing() as session:
        login = login_named(session, "linguang", "anna")
        assert prove(session, login, codes[3], seal, NOON) is None
        assert factor_state(session, login).recovery_left == RECOVERY_CODES - 1
        others = renew_recovery(session, login)
        assert prove(session, login, codes[4], seal, NOON) is None
        assert prove(session, login, others[0].replace("-", " "), seal, NOON) is Proof.RECOVERY


def test_a_secret_that_was_begun_waits_a_quarter_of_an_hour_for_its_first_code(
    database: Database, seal: FactorSeal
) -> None:
    with database.writing() as session:
        login = made(session)
        first = begin_factor(session, login, seal, NOON)
        secret = begin_factor(session, login, seal, NOON)
        assert begun_secret(session, login, seal, NOON) == secret != first
        assert f"secret={secret}" in address_of_secret(secret, login)
        late = NOON + SET_UP_LASTS
        assert begun_secret(session, login, seal, late) is None
        with pytest.raises(Refused, match="begin anew"):
            confirm_factor(session, login, code(secret, late), seal, late)
        with pytest.raises(Refused, match="wrong"):
            confirm_factor(session, login, code(first, NOON), seal, NOON)
        confirm_factor(session, login, code(secret, NOON), seal, NOON)
        with pytest.raises(Refused, match="is on already"):
            begin_factor(session, login, seal, NOON)


def test_a_factor_goes_with_its_login_and_is_no_use_to_another_hub(
    database: Database, seal: FactorSeal, tmp_path: Path
) -> None:
    other = FactorSeal(load_secrets(tmp_path / "other"))
    with database.writing() as session:
        login, bert = made(session), made(session, "bert")
        secret = begin_factor(session, login, seal, NOON)
        confirm_factor(session, login, code(secret, NOON), seal, NOON)
        assert prove(session, bert, code(secret, NOON + STEP), seal, NOON) is None
        assert prove(session, login, code(secret, NOON + STEP), other, NOON) is None
        with pytest.raises(Refused):
            renew_recovery(session, bert)
        assert not forget_factor(session, bert)
        remove_login(session, login)
        session.flush()
        assert logins_with_factor(session, "linguang") == frozenset()
        assert not factor_state(session, made(session)).asks


def test_a_role_that_needs_a_factor_signs_out_who_has_none(
    database: Database, seal: FactorSeal
) -> None:
    with database.writing() as session:
        have, without = made(session), made(session, "bert")
        office = made(session, "office", LoginRole.HEAD_OFFICE)
        secret = begin_factor(session, have, seal, NOON)
        confirm_factor(session, have, code(secret, NOON), seal, NOON)
        begin_factor(session, without, seal, NOON)
        cookies = [
            open_session(session, login, NOON, lasts=timedelta(days=1))
            for login in (have, without, office)
        ]
        session.flush()
        assert demand_factor(session, "linguang", LoginRole.IT, NOON) == 1
        session.flush()
        names = [
            login and login.login_name
            for login in (login_of(session, cookie, NOON) for cookie in cookies)
        ]
        assert names == ["anna", None, "office"]
        assert factor_state(session, without) == FactorState(is_on=False, is_demanded=True)
        assert not factor_state(session, office).asks
        assert demand_factor(session, "linguang", LoginRole.IT, NOON) == 1
        demand_no_factor(session, "linguang", LoginRole.IT)
        demand_no_factor(session, "linguang", LoginRole.BRAND)
        session.flush()
        assert not factor_state(session, without).asks
        assert factor_state(session, have).asks
