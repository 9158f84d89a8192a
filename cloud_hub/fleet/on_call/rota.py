"""Who is on call when, and how each is reached: a TOML file that only its user may read."""

import stat
import tomllib
from datetime import datetime, time
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cloud_hub.core.errors import InvalidSettings
from device_profiles.claim_code import is_own_machine
from device_profiles.device import first_problem

SHORTEST_SECRET: Final = 16
LONGEST_NAME: Final = 100
"""What is written down of who was told has to fit its column."""
OTHERS_READ: Final = stat.S_IRWXG | stat.S_IRWXO


class Weekday(StrEnum):
    """A day of a rota, in the order of `datetime.weekday`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


DAYS: Final = tuple(Weekday)


class Encryption(StrEnum):
    """How the mail server is spoken to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class _OnCallPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Smtp(_OnCallPart):
    """The mail server that takes our mail, and the address that it comes from."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    encryption: Encryption = Encryption.STARTTLS
    user: str = ""
    password: str = Field(default="", repr=False)
    sender: str = Field(min_length=3)

    @model_validator(mode="after")
    def _password_is_not_in_clear(self) -> Self:
        if self.password and self.encryption is Encryption.NONE and not is_own_machine(self.host):
            raise ValueError(f"the password would go to {self.host} in clear; use starttls or tls")
        return self


class Person(_OnCallPart):
    """How somebody is reached: by mail, by a webhook that is signed with `secret`, or both."""

    mail: str | None = Field(default=None, min_length=3)
    webhook: str | None = None
    secret: str = Field(default="", repr=False)

    @model_validator(mode="after")
    def _is_reached(self) -> Self:
        if self.mail is None and self.webhook is None:
            raise ValueError("give mail, webhook or both")
        if self.mail is not None and not _is_mail(self.mail):
            raise ValueError(f"{self.mail!r} is no mail address")
        if self.webhook is not None and len(self.secret) < SHORTEST_SECRET:
            raise ValueError(f"a webhook needs a secret of {SHORTEST_SECRET} characters or more")
        return self


class Turn(_OnCallPart):
    """Who is on call on these days between two clock times in the chain's zone; over midnight where
    `to` is not after `from`. The first is told first, the next when he says nothing."""

    days: tuple[Weekday, ...] = DAYS
    begins: Annotated[time, Field(alias="from")] = time(0)
    ends: Annotated[time, Field(alias="to")] = time(0)
    people: tuple[str, ...] = Field(min_length=1)

    def holds(self, local: datetime) -> bool:
        """Whether it is this turn at a local time. A night belongs to the day it begins on."""
        today, clock = DAYS[local.weekday()], local.time()
        if self.begins < self.ends:
            return today in self.days and self.begins <= clock < self.ends
        yesterday = DAYS[(local.weekday() - 1) % 7]
        late = today in self.days and clock >= self.begins
        return late or (yesterday in self.days and clock < self.ends)


class OnCall(_OnCallPart):
    """The rota, the people by login name, and how often they are told: first a minute after an
    incident was opened, again every `repeat_min` until it is acknowledged, one more person every
    `escalate_min`, nobody more than `most_an_hour` times an hour. `allow` names hosts of webhooks
    on this machine or in private networks; `hub_url` is where the console is."""

    people: dict[str, Person] = Field(default_factory=dict)
    rota: tuple[Turn, ...] = Field(min_length=1)
    smtp: Smtp | None = None
    repeat_min: float = Field(default=10, ge=1, le=1440)
    escalate_min: float = Field(default=20, ge=1, le=1440)
    most_an_hour: int = Field(default=12, ge=1, le=60)
    language: str = "en"
    hub_url: str = ""
    allow: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _everybody_is_known_and_reached(self) -> Self:
        for name in dict.fromkeys(name for turn in self.rota for name in turn.people):
            if len(name) > LONGEST_NAME:
                raise ValueError(f"{name[:20]}… is longer than {LONGEST_NAME} characters")
            if name not in self.people and not _is_mail(name):
                raise ValueError(f"{name} is in the rota, and there is no [people.{name}]")
        ways = [self.person(name) for turn in self.rota for name in turn.people]
        if self.smtp is None and any(one.mail for one in ways):
            raise ValueError("mail needs [smtp]: host and sender")
        for one in ways:
            if one.webhook is not None:
                _require_address(one.webhook, self.allow)
        return self

    @model_validator(mode="after")
    def _somebody_is_always_there(self) -> Self:
        for day, minute in product(range(7), range(24 * 60)):
            # 2 November 2026 is a Monday.
            local = datetime(2026, 11, 2 + day, *divmod(minute, 60))  # noqa: DTZ001 - a clock time
            if not self.on_duty(local):
                raise ValueError(f"nobody is on call on {DAYS[day]} at {local:%H:%M}")
        return self

    def on_duty(self, local: datetime) -> tuple[str, ...]:
        """Who is on call at a local time, in the order in which they are told."""
        return next((turn.people for turn in self.rota if turn.holds(local)), ())

    def person(self, name: str) -> Person:
        """How somebody is reached; a mail address stands for itself."""
        return self.people.get(name) or Person(mail=name)


def read_on_call(path: Path) -> OnCall:
    """The rota. Raises InvalidSettings in one line, also where others could read its secrets."""
    try:
        if path.stat().st_mode & OTHERS_READ:
            raise InvalidSettings(f"others may read {path}, which holds secrets: chmod 600 {path}")
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidSettings(f"cannot read the rota {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidSettings(f"the rota {path} is not TOML: {error}") from error
    try:
        return OnCall.model_validate(values)
    except ValidationError as error:
        raise InvalidSettings(f"rota {path}: {first_problem(error)}") from error


def _is_mail(text: str) -> bool:
    name, _, host = text.rpartition("@")
    return bool(name and host) and text.isprintable() and not set(text) & set(' ,;<>"')


def _require_address(url: str, allow: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.username:
        raise ValueError(f"{url!r} is no webhook; write https://HOST/PATH")
    if parts.scheme == "http" and host not in allow:
        raise ValueError(f"a message would go to {host} in clear; write https://")
