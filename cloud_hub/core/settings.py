"""The hub's settings: command line over environment over a TOML file, read once at start."""

import ipaddress
import os
import re
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import sqlalchemy as sa
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from cloud_hub.core.errors import InvalidSettings
from device_profiles.artifact import ArtifactKind
from device_profiles.claim_code import is_own_machine
from device_profiles.device import first_problem
from device_profiles.files import UnreadableFile, read_toml

ENVIRONMENT_PREFIX = "AISLE_HUB_"

MEGABYTE = 1_000_000
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not listened on
"""Addresses that mean every one of this machine's."""
MANAGED = "managed"
"""`broker` where the hub runs a mosquitto of its own."""


class Address(BaseModel):
    """Where to listen or connect: `HOST:PORT` as text. `tls`: a broker that speaks it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int = Field(ge=0, le=65535)
    tls: bool = False

    def __str__(self) -> str:
        """`HOST:PORT`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _address_parts(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = urlsplit(f"//{value}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port is None:
        raise ValueError(f"{value!r} is not HOST:PORT, for example 127.0.0.1:8080")
    return {"host": host, "port": port}


def address_of(setting: str, text: str) -> Address:
    """The address that `text` tells as `HOST:PORT`. Raises InvalidSettings, which names the setting
    and says how to write it."""
    try:
        return Address.model_validate(_address_parts(text))
    except ValueError as error:
        raise InvalidSettings(
            f"{setting} {text!r} is not HOST:PORT, for example 127.0.0.1:8080"
        ) from error


AddressText = Annotated[Address, BeforeValidator(_address_parts)]


def _proxies(value: object) -> object:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        return value
    names = [name.strip() for one in given for name in str(one).split(",")]
    for name in names:
        try:
            network = ipaddress.ip_network(name)
        except ValueError:
            network = None
        if network is None or not network.prefixlen:
            raise ValueError(
                f"{name!r} is no proxy's address or network; write 127.0.0.1 or 10.1.2.0/24"
            )
    return tuple(names)


ProxyNames = Annotated[tuple[str, ...], BeforeValidator(_proxies)]


_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def _server_names(value: object) -> object:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        return value
    names = [name.strip() for one in given for name in str(one).split(",")]
    for name in names:
        if not _HOST.fullmatch(name) and not _is_address(name):
            raise ValueError(f"{name!r} is no server's name; write hub.example.org or 10.1.2.3")
    return tuple(names)


def _kinds(value: object) -> object:
    """Several with commas, as for proxies."""
    return [one.strip() for one in value.split(",")] if isinstance(value, str) and value else value


Kinds = Annotated[tuple[ArtifactKind, ...], BeforeValidator(_kinds)]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


ServerNames = Annotated[tuple[str, ...], BeforeValidator(_server_names)]


def _key_file(value: object) -> object:
    if isinstance(value, str) and value.startswith("pkcs11:"):
        raise ValueError(
            "a key behind PKCS#11 needs a signer that this build does not bring; give the path of"
            " a key file"
        )
    return value


KeyFile = Annotated[Path, BeforeValidator(_key_file)]


class HubSettings(BaseModel):
    """Everything that can be set.

    `database` is an SQLAlchemy URL; without one the hub keeps SQLite in `data_dir`.
    `broker` is `mqtts://[user:password@]host:port` of an external broker (on this machine also
    `mqtt://`), or several of them joined by commas, independent of each other, the preferred one
    first; without one the hub runs its own on `mqtt`, on 127.0.0.1 alone. With `broker` "managed"
    it starts a mosquitto, in which `mqtt` is the hub's own way in, and devices come by TLS to
    `broker_listen`, which they know as `broker_name` (the first of `names`, or this machine's).
    `devices_broker` are the addresses where devices come to an external broker, where that has
    another door for the hub: `broker`, to which it then goes with its own name and password.
    `names` are those under which the hub's servers are reached, for their certificate; `tls_cert`
    and `tls_key` are files of another certificate for `http`. `ca_key` is the file of the
    authority's key where that is not in `data_dir`; certificates of devices last
    `certificate_days`. `trusted_proxies` are addresses or networks (several with commas) whose word
    is taken for where a request came from and whether by TLS. `on_call` is the file of who is told
    of incidents. `ping_url`, of somebody who tells people when that stops, is asked for every
    `ping_every_s` while the hub is ready. Of a kind of artifact in `second_approver` nothing is
    asked of devices before another login than who asked for it has approved it. After
    `backup_due_days` without a good backup that is a finding (0: never). Of the products that
    devices name on photos, one in `audit_one_in` is put before a person; of all such questions one
    in `asked_twice_one_in` before two.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Path("aisle-hub")
    database: str | None = None
    http: AddressText = Address(host="127.0.0.1", port=8080)
    mqtt: AddressText = Address(host="127.0.0.1", port=1883)
    broker: str | None = None
    broker_listen: AddressText = Address(host="0.0.0.0", port=8883)  # noqa: S104 - for devices
    broker_name: str | None = Field(default=None, min_length=1)
    devices_broker: str | None = None
    names: ServerNames = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    ca_key: KeyFile | None = None
    certificate_days: float = Field(default=365.0, ge=0.0001, le=3650)
    console: bool = True
    session_days: int = Field(default=14, ge=1, le=365)
    trusted_proxies: ProxyNames = ()
    media_limit_mb: int = Field(default=20, ge=1, le=1024)
    media_day_mb: int = Field(default=2_000, ge=1, le=1_000_000)
    media_quota_mb: int = Field(default=50_000, ge=1, le=100_000_000)
    group_batches: int = Field(default=32, ge=1, le=256)
    credit_batches: int = Field(default=8, ge=1, le=64)
    on_call: Path | None = None
    ping_url: str | None = Field(default=None, min_length=1)
    ping_every_s: float = Field(default=60.0, ge=1, le=86_400)
    second_approver: Kinds = ()
    backup_due_days: float = Field(default=2.0, ge=0, le=365)
    reconnect_spread_s: float = Field(default=5.0, ge=0)
    audit_one_in: int = Field(default=300, ge=1)
    asked_twice_one_in: int = Field(default=5, ge=1)

    @field_validator("broker", "devices_broker")
    @classmethod
    def _brokers_are_addresses(cls, value: str | None) -> str | None:
        for url in value.split(",") if value and value != MANAGED else ():
            host = _broker_host(url)
            if host is None:
                raise ValueError(f"{url!r} is no broker; write mqtts://HOST:PORT or {MANAGED}")
            if urlsplit(url).scheme == "mqtt" and not is_own_machine(host):
                raise ValueError(
                    f"passwords would go to {host} in clear; write mqtts://{host}:PORT"
                )
        return value

    @field_validator("ping_url")
    @classmethod
    def _ping_goes_to_somebody(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            host = parts.hostname
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https") or not value.isprintable():
            raise ValueError("this is no address; write https://HOST/PATH")
        # Whoever reads the address on its way could keep a dead hub alive.
        if parts.scheme == "http" and not is_own_machine(host):
            raise ValueError(f"it would go to {host} in clear; write https://")
        return value

    @model_validator(mode="after")
    def _devices_have_another_door(self) -> Self:
        if self.devices_broker is not None and not self.broker_urls:
            raise ValueError("devices_broker is the other door of an external broker: give broker")
        return self

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together: give both files")
        return self

    @property
    def database_url(self) -> str | sa.URL:
        """SQLAlchemy URL with the driver the hub is built for. That of a file in the data folder is
        no text: a `%` or `?` in a folder's name would mean something in one."""
        if self.database is None:
            return sa.URL.create("sqlite", database=str(self.data_dir.absolute() / "hub.db"))
        for prefix in ("postgresql://", "postgres://"):
            if self.database.startswith(prefix):
                return "postgresql+psycopg://" + self.database.removeprefix(prefix)
        return self.database

    @property
    def broker_urls(self) -> tuple[str, ...]:
        """The external brokers; none when the hub runs its own."""
        return tuple(self.broker.split(",")) if self.broker and not self.is_managed else ()

    @property
    def is_managed(self) -> bool:
        """Whether the hub runs a mosquitto of its own."""
        return self.broker == MANAGED

    @property
    def own_addresses(self) -> tuple[Address, ...]:
        """Where the hub itself and its workers find a broker."""
        return _addresses(self.broker_urls) if self.broker_urls else (self.mqtt,)

    @property
    def authority_dir(self) -> Path:
        """Folder of the hub's certificate authority."""
        return self.data_dir / "authority"

    @property
    def broker_dir(self) -> Path:
        """Folder of the mosquitto that the hub runs."""
        return self.data_dir / "broker"

    @property
    def broker_addresses(self) -> tuple[Address, ...]:
        """Where devices find a broker, the preferred one first."""
        if self.is_managed:
            return (Address(host=self.own_broker_name, port=self.broker_listen.port, tls=True),)
        if self.devices_broker is not None:
            return _addresses(self.devices_broker.split(","))
        return self.own_addresses

    @property
    def speaks_tls(self) -> bool:
        """Whether `http` is by TLS: always where other machines reach it, else where a certificate
        or names for one were given, unless a proxy stands before it."""
        wants_tls = self.tls_cert is not None or (self.names and not self.trusted_proxies)
        return bool(wants_tls) or not is_own_machine(self.http.host)

    @property
    def server_names(self) -> tuple[str, ...]:
        """Every name and address under which the hub's own servers are known, the first one being
        what its certificate is called."""
        host = self.http.host
        anywhere = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not listened on
        names = (*self.names, socket.gethostname() if anywhere else host)
        if self.is_managed:
            names = (*names, self.own_broker_name)
        if self.devices_broker is not None:
            names = (*names, *(one.host for one in self.broker_addresses))
        return tuple(dict.fromkeys((*names, "localhost", "127.0.0.1", "::1")))

    @property
    def own_broker_name(self) -> str:
        """By which name devices know the mosquitto that the hub runs."""
        if self.broker_name or self.names:
            return self.broker_name or self.names[0]
        host = self.broker_listen.host
        return socket.gethostname() if host in EVERYWHERE else host

    @property
    def mqtt_version(self) -> int:
        """What the broker speaks: the embedded one 3.1.1, an external one 5."""
        return 4 if self.broker is None else 5

    @property
    def media_limit_bytes(self) -> int:
        """The largest picture that is taken."""
        return self.media_limit_mb * MEGABYTE

    @property
    def media_day_bytes(self) -> int:
        """How much a device may send in a day."""
        return self.media_day_mb * MEGABYTE

    @property
    def media_quota_bytes(self) -> int:
        """How much a device may send in whole."""
        return self.media_quota_mb * MEGABYTE

    @property
    def media_dir(self) -> Path:
        """Folder of the pictures, by their SHA-256."""
        return self.data_dir / "media"

    @property
    def artifacts_dir(self) -> Path:
        """Folder of the signed artifacts, a folder each chain."""
        return self.data_dir / "artifacts"


def _addresses(urls: Iterable[str]) -> tuple[Address, ...]:
    parts = [urlsplit(url) for url in urls]
    return tuple(
        Address(host=part.hostname or "", port=part.port or 0, tls=part.scheme == "mqtts")
        for part in parts
    )


def _broker_host(url: str) -> str | None:
    """The host of `mqtts://[user:password@]host:port`; None where it is not that."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("mqtt", "mqtts") and parts.port and parts.path in ("", "/")
        return parts.hostname if is_one else None
    except ValueError:
        return None


def load_settings(
    given: Mapping[str, Any],
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> HubSettings:
    """Settings from `given` (command line; None = not given), then `AISLE_HUB_*`, then `file`.

    Raises InvalidSettings with the setting's name.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values |= read_toml(file, "settings file")
        except UnreadableFile as error:
            raise InvalidSettings(str(error)) from error
    surroundings = os.environ if environment is None else environment
    for name in HubSettings.model_fields:
        if (text := surroundings.get(ENVIRONMENT_PREFIX + name.upper())) is not None:
            values[name] = text
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return HubSettings.model_validate(values)
    except ValidationError as error:
        raise InvalidSettings(f"setting {first_problem(error)}") from error
