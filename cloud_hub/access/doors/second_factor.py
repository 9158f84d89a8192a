"""The second factor of a login: a code of its owner's phone (TOTP, RFC 6238), asked for after the
password, and recovery codes for who lost the phone."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import Final

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.logins import all_logins, end_sessions
from cloud_hub.access.tables import Login, SecondFactor, SecondFactorDemand
from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.factor_seal import FactorSeal
from cloud_hub.core.keys.tokens import hash_token
from device_profiles.store import LoginRole

STEP_S: Final = 30
"""What authenticator programs take, without being told."""
STEPS_OFF: Final = 1
"""A phone's clock may differ by so many steps."""
SET_UP_LASTS: Final = timedelta(minutes=15)
"""How long a secret that was shown waits for its first code."""
RECOVERY_CODES: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4
_WRONG: Final = "the code is wrong, too old, or was used already"


class Proof(StrEnum):
    """By what somebody showed who he is, beside the password."""

    CODE = "code"
    RECOVERY = "recovery-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorState:
    """How it stands with a login: whether it is asked for a code, whether its role has to be, and
    how many recovery codes are left."""

    is_on: bool
    is_demanded: bool
    recovery_left: int = 0

    @property
    def asks(self) -> bool:
        """Whether the password alone does not let in."""
        return self.is_on or self.is_demanded


def factor_state(session: Session, login: Login) -> FactorState:
    """How it stands with `login` now."""
    factor = session.get(SecondFactor, (login.tenant_id, login.login_name))
    is_on = factor is not None and factor.confirmed_at is not None
    return FactorState(
        is_on=is_on,
        is_demanded=login.role in demanded_roles(session, login.tenant_id),
        recovery_left=len(factor.recovery_hashes) if factor is not None and is_on else 0,
    )


def begin_factor(session: Session, login: Login, seal: FactorSeal, now: datetime) -> str:
    """A new secret, which asks for nothing until a code of it was given; one that was begun before
    is forgotten. Raises Refused where the login has a factor."""
    factor = _locked(session, login)
    if factor is not None and factor.confirmed_at is not None:
        raise Refused("the second factor is on already; turn it off first", status=409)
    secret = pyotp.random_base32()
    if factor is None:
        factor = SecondFactor(tenant_id=login.tenant_id, login_name=login.login_name)
        session.add(factor)
    factor.secret_sealed, factor.begun_at = seal.sealed(secret), now
    factor.confirmed_at, factor.last_step, factor.recovery_hashes = None, 0, []
    return secret


def begun_secret(session: Session, login: Login, seal: FactorSeal, now: datetime) -> str | None:
    """The secret that waits for its first code; None where none does."""
    factor = session.get(SecondFactor, (login.tenant_id, login.login_name))
    if factor is None or not _is_begun(factor, now):
        return None
    return seal.opened(factor.secret_sealed)


def address_of_secret(secret: str, login: Login) -> str:
    """The secret as an authenticator program reads it from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(
        name=login.login_name, issuer_name=f"AisleOS {login.tenant_id}"
    )


def confirm_factor(
    session: Session, login: Login, code: str, seal: FactorSeal, now: datetime
) -> Sequence[str]:
    """Turns on what was begun, shown by one code of it: the recovery codes, of which the hashes
    alone are kept. Raises Refused for a wrong code, and where nothing was begun."""
    factor = _locked(session, login)
    if factor is None or not _is_begun(factor, now):
        raise Refused("no second factor is being set up; begin anew", status=409)
    if not _takes_code(factor, code, seal, now):
        raise Refused(_WRONG, status=422)
    factor.confirmed_at = now
    return _new_recovery(factor)


def prove(
    session: Session, login: Login, code: str, seal: FactorSeal, now: datetime
) -> Proof | None:
    """By what `code` shows that its owner is there, once; None where it does not."""
    factor = _locked(session, login)
    if factor is None or factor.confirmed_at is None:
        return None
    if _takes_code(factor, code, seal, now):
        return Proof.CODE
    hashed = hash_token(_bare(code))
    left = [kept for kept in factor.recovery_hashes if not compare_digest(kept, hashed)]
    if len(left) == len(factor.recovery_hashes):
        return None
    factor.recovery_hashes = left
    return Proof.RECOVERY


def renew_recovery(session: Session, login: Login) -> Sequence[str]:
    """Other recovery codes; those before end. Raises Refused where no factor is on."""
    factor = _locked(session, login)
    if factor is None or factor.confirmed_at is None:
        raise Refused("this login has no second factor", status=409)
    return _new_recovery(factor)


def forget_factor(session: Session, login: Login) -> bool:
    """Takes the factor away, or what was begun of one; whether there was any."""
    factor = _locked(session, login)
    if factor is None:
        return False
    session.delete(factor)
    session.flush()
    return True


def logins_with_factor(session: Session, tenant_id: str) -> frozenset[str]:
    """The names of those that are asked for a code."""
    query = sa.select(SecondFactor.login_name).where(
        SecondFactor.tenant_id == tenant_id, SecondFactor.confirmed_at.is_not(None)
    )
    return frozenset(session.scalars(query))


def demanded_roles(session: Session, tenant_id: str) -> Collection[str]:
    """The roles that a chain lets in with a second factor only."""
    query = sa.select(SecondFactorDemand.role).where(SecondFactorDemand.tenant_id == tenant_id)
    return frozenset(session.scalars(query))


def demand_factor(session: Session, tenant_id: str, role: LoginRole, now: datetime) -> int:
    """Lets in logins of `role` with a second factor only. Who is in without one has to sign in
    again and set it up; how many logins that are."""
    if session.get(SecondFactorDemand, (tenant_id, role.value)) is None:
        session.add(SecondFactorDemand(tenant_id=tenant_id, role=role.value, since=now))
    have = logins_with_factor(session, tenant_id)
    without = [
        login
        for login in all_logins(session, tenant_id)
        if login.role == role.value and login.login_name not in have
    ]
    for login in without:
        end_sessions(session, login)
    return len(without)


def demand_no_factor(session: Session, tenant_id: str, role: LoginRole) -> None:
    """Lets in logins of `role` by their password, but those that turned a factor on themselves."""
    demand = session.get(SecondFactorDemand, (tenant_id, role.value))
    if demand is not None:
        session.delete(demand)


def _locked(session: Session, login: Login) -> SecondFactor | None:
    """The row, held until the transaction ends: two posts of one code are judged one by one."""
    session.flush()
    query = (
        sa.select(SecondFactor)
        .where(
            SecondFactor.tenant_id == login.tenant_id, SecondFactor.login_name == login.login_name
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def _is_begun(factor: SecondFactor, now: datetime) -> bool:
    return factor.confirmed_at is None and now - factor.begun_at < SET_UP_LASTS


def _takes_code(factor: SecondFactor, code: str, seal: FactorSeal, now: datetime) -> bool:
    secret, typed = seal.opened(factor.secret_sealed), _bare(code)
    if secret is None:
        return False
    codes, step_now = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    for step in range(step_now - STEPS_OFF, step_now + STEPS_OFF + 1):
        fits = compare_digest(codes.generate_otp(step).encode(), typed.encode())
        if fits and step > factor.last_step:
            factor.last_step = step
            return True
    return False


def _new_recovery(factor: SecondFactor) -> Sequence[str]:
    codes = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    factor.recovery_hashes = [hash_token(_bare(code)) for code in codes]
    return codes


def _bare(code: str) -> str:
    """A code however it was typed: in groups, in capitals, with the digits of another script."""
    kept = "".join(letter for letter in code.lower() if letter.isalnum())
    return "".join(str(int(one)) if one.isdecimal() else one for one in kept)
