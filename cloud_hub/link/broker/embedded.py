"""The embedded broker: MQTT 3.1.1 in the hub's own process, for one machine; and who may do what.

A device signs in with its id and password and reaches its own topics only. Nobody else gets in:
amqtt's AnonymousAuthPlugin would check no password at all, so it is not loaded.
"""

import asyncio
import hmac
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext, BrokerConfig, ListenerConfig
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cloud_hub.core.errors import PortInUse
from cloud_hub.core.settings import Address
from cloud_hub.link.broker.device_identity import DeviceIdentity
from sync.wire.topics import ROOT, every_dn_topic

log = logging.getLogger(__name__)

HUB_USER = "+hub"
"""User name of the hub itself; no device can have it, since it is no identifier."""
STOP_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 10.0
MQTT_3_1_1, MQTT_5 = 4, 5
UNACCEPTABLE_LEVEL = b"\x20\x02\x00\x01"
"""CONNACK of MQTT 3.1.1: unacceptable protocol version."""
UNSUPPORTED_VERSION = b"\x20\x03\x00\x84\x00"
"""CONNACK of MQTT 5: unsupported protocol version."""

CheckDevice = Callable[[str, str], Awaitable[DeviceIdentity | None]]
OnLeft = Callable[[DeviceIdentity], Awaitable[None]]


class Gate:
    """Who is connected as which device, and which topics that opens."""

    def __init__(self, check: CheckDevice, hub_password: str, on_left: OnLeft) -> None:
        self._check = check
        self._on_left = on_left
        self._hub_password = hub_password
        self._inside: dict[tuple[str, str], DeviceIdentity] = {}

    async def admit(self, client_id: str, user: str, password: str) -> bool:
        """Whether this client may connect."""
        if user == HUB_USER:
            return hmac.compare_digest(password.encode(), self._hub_password.encode())
        identity = await self._check(user, password)
        if identity is None:
            log.warning("a wrong password for %s", user, extra={"action": "mqtt-refused"})
            return False
        self._inside[client_id, user] = identity
        return True

    async def forget(self, client_id: str) -> None:
        """This client has left."""
        for key in [key for key in self._inside if key[0] == client_id]:
            await self._on_left(self._inside.pop(key))

    def allows(self, client_id: str, user: str, topic: str, action: Action) -> bool:
        """Whether a connected client may publish to, or read, `topic`."""
        if user == HUB_USER:
            return True
        device = self._inside.get((client_id, user))
        if device is None:
            return False
        if action is Action.PUBLISH:
            return topic.startswith(
                f"{ROOT}/up/{device.tenant_id}/{device.store_id}/{device.device_id}/"
            )
        own = every_dn_topic(device.tenant_id, device.store_id, device.device_id)
        return topic == own or topic.rpartition("/")[0] == own.removesuffix("/+")


class GatePlugin(BaseAuthPlugin, BaseTopicPlugin):  # type: ignore[misc]  # amqtt has no types
    """amqtt's way to ask the gate."""

    @dataclass
    class Config:
        """The gate to ask."""

        gate: Any

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._gate: Gate = context.config.gate

    async def authenticate(self, *, session: Session) -> bool:
        """Whether the session's user name and password are right."""
        if not session.username or not session.client_id:
            return False
        return await self._gate.admit(session.client_id, session.username, session.password or "")

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Whether the session may use the topic."""
        if session is None or topic is None or action is None or session.client_id is None:
            return False
        return self._gate.allows(session.client_id, session.username or "", topic, action)

    async def on_broker_client_disconnected(self, *, client_id: str, **_: object) -> None:
        """Forgets who left."""
        await self._gate.forget(client_id)


class VersionBroker(Broker):  # type: ignore[misc]  # amqtt has no types
    """A broker that says at once that it does not speak MQTT 5.

    amqtt reads the properties of an MQTT 5 CONNECT as its client id and waits for more bytes, so
    that a client would wait too, instead of trying 3.1.1.
    """

    def __init__(self, config: BrokerConfig) -> None:
        super().__init__(config)
        self._subscriptions = _Subscriptions()
        self._writers: set[asyncio.StreamWriter] = set()

    def cut_connections(self) -> None:
        """Ends what is still open: amqtt forgets connections that do not stop in time."""
        for writer in self._writers:
            writer.transport.abort()

    def stop_listening(self) -> None:
        """Give the port back at once: amqtt closes it last, and a session that does not end would
        keep it from the hub that is started next."""
        for server in self._servers.values():
            if server.instance is not None:
                server.instance.close()

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serves one connection."""
        self._writers.add(writer)
        try:
            await self._serve_one(reader, writer, listener_name)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _serve_one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                start = await _connect_start(reader)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            return
        if start[-1] != MQTT_3_1_1:
            writer.write(UNSUPPORTED_VERSION if start[-1] >= MQTT_5 else UNACCEPTABLE_LEVEL)
            return
        await self._client_connected(
            listener_name, _Resumed(reader, start), StreamWriterAdapter(writer)
        )


async def _connect_start(reader: asyncio.StreamReader) -> bytes:
    """A CONNECT packet up to its protocol level, which is the last byte.

    Source: MQTT 3.1.1 section 3.1: type, remaining length (1 to 4 bytes), 0 4 M Q T T, level.
    """
    start = await reader.readexactly(2)
    while start[-1] & 0x80 and len(start) < 5:
        start += await reader.readexactly(1)
    return start + await reader.readexactly(7)


class _Subscriptions(dict[str, list[Any]]):
    """Subscriptions by filter. amqtt awaits while it goes through them, and new ones come
    meanwhile: it is given a copy to go through."""

    def items(self) -> Any:  # noqa: ANN401 - stands for a dictionary's view
        """A copy."""
        return [(name, list(subscribed)) for name, subscribed in super().items()]


class _Resumed(StreamReaderAdapter):  # type: ignore[misc]  # amqtt has no types
    """A reader from which some bytes were read already."""

    def __init__(self, reader: asyncio.StreamReader, start: bytes) -> None:
        super().__init__(reader)
        self._start = start

    async def read(self, n: int = -1) -> bytes:
        """The next bytes: first those that were read already."""
        if not self._start:
            more: bytes = await super().read(n)
            return more
        said, self._start = (self._start, b"") if n < 0 else (self._start[:n], self._start[n:])
        if n < 0 or len(said) < n:
            said += await super().read(n - len(said) if n >= 0 else n)
        return said


def require_free(address: Address, setting: str) -> None:
    """Nothing. Raises PortInUse when another program listens on `address`."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise PortInUse(
                f"cannot listen on {address}: {error.strerror}; stop the program that does,"
                f" or give another {setting}"
            ) from error


@asynccontextmanager
async def embedded_broker(address: Address, gate: Gate) -> AsyncIterator[None]:
    """A broker that listens on `address` for as long as the context lasts. Raises PortInUse."""
    require_free(address, "--mqtt")
    broker = VersionBroker(
        BrokerConfig(
            listeners={"default": ListenerConfig(bind=str(address))},
            plugins={f"{__name__}.{GatePlugin.__name__}": {"gate": gate}},
        )
    )
    await broker.start()
    log.info("broker listens on %s", address, extra={"action": "broker-started"})
    try:
        yield
    finally:
        broker.stop_listening()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await broker.shutdown()
        except TimeoutError:
            log.warning("the broker did not stop in time", extra={"action": "broker-stuck"})
        broker.cut_connections()
        # What was cut is closed in the loop's next round.
        await asyncio.sleep(0)
