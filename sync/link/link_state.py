"""How the link is: what a device's page shows, and what its log says once each way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from device_profiles.names import certificate_name
from sync.core.clock import Clock
from sync.link.mqtt import BrokerAddress, MqttLogin
from sync.link.reconnect import CAP_S
from sync.link.trust.contexts import TlsFiles
from sync.wire.messages import SPREAD_S
from sync.wire.topics import Downlink


class LinkState(StrEnum):
    """Where the link stands."""

    OFFLINE = "offline"
    GREETING = "greeting"
    ONLINE = "online"
    FENCED = "fenced"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """The state, with one line for people. `desired_version` is the one the hub has."""

    state: LinkState
    detail: str = ""
    broker: str = ""
    desired_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DownMessage:
    """Something for the agent: a desired state or a command. Retained ones are never passed on."""

    what: Downlink
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Who this device is and where its brokers are, the preferred one first. A device that has had
    nothing to say for `heartbeat_s` says hello: a quiet one is not gone."""

    tenant: str
    store: str
    device: str
    brokers: tuple[BrokerAddress, ...]
    user_name: str | None = None
    password: str | None = None
    tls: TlsFiles | None = None
    agent_version: str = ""
    spread_s: float = SPREAD_S
    reconnect_cap_s: float = CAP_S
    keepalive_s: int = 20
    heartbeat_s: float = 240.0

    def login(self, run: str, broker: BrokerAddress) -> MqttLogin:
        """What to say to a broker: by TLS who its certificate says, else name and password. The
        client id carries the run: two copies of one device would otherwise throw each other out
        for ever."""
        if not broker.tls:
            return MqttLogin(
                client_id=f"{self.device}-{run[:8]}",
                user_name=self.user_name,
                password=self.password,
            )
        return MqttLogin(
            client_id=f"{self.device}-{run[:8]}",
            user_name=certificate_name(self.tenant, self.device),
            tls=self.tls or TlsFiles(),
        )


OnStatus = Callable[[LinkStatus], None]
OnDown = Callable[[DownMessage], None]


def _ignore(_: object) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHost:
    """What a link takes from the program it runs in: time, chance, when to end, who hears of it."""

    clock: Clock
    rng: Random
    stop: asyncio.Event
    on_status: OnStatus = _ignore
    on_down: OnDown = _ignore
