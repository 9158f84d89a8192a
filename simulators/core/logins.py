"""The demonstration's logins: one a role, with passwords drawn anew for every run."""

import secrets
from dataclasses import dataclass

from device_profiles.store import LoginRole

PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - the alphabet, without 0O1lI
PASSWORD_LENGTH = 12
"""31 letters to the power of 12: 59 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """One login of the demonstration."""

    role: LoginRole
    name: str
    password: str
    scope_id: str | None


_PEOPLE: tuple[tuple[LoginRole, str, str | None], ...] = (
    (LoginRole.HEAD_OFFICE, "office", None),
    (LoginRole.BRAND, "quanye", "quanye"),
    (LoginRole.STORE, "jiangkou", "s01"),
    (LoginRole.TECHNICIAN, "technician", None),
    (LoginRole.IT, "it", None),
)


def draw_logins() -> tuple[DemoLogin, ...]:
    """A login for every role.

    The passwords do not follow from the seed: the seed is the same for everybody who starts a
    demonstration, and a hub on an address that others reach must not have passwords they know.
    """
    return tuple(
        DemoLogin(role=role, name=name, password=_draw_password(), scope_id=scope_id)
        for role, name, scope_id in _PEOPLE
    )


def _draw_password() -> str:
    return "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))
