"""The paho bridge, and the only module that knows paho.

paho is a dumb transport here: it is handed nothing while disconnected, never reconnects by itself,
and one client object lives for one connection, so that nothing is left in its queues.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any, Protocol, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from device_profiles.failures import in_words
from sync.core.errors import LinkRefused, NotConnected
from sync.link.trust.contexts import TlsFiles, client_context

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 10.0
KEEPALIVE_S = 20
MISC_INTERVAL_S = 1.0
RECEIVE_MAXIMUM = 1000
"""Unacknowledged messages a consumer takes: one that acknowledges after a group commit would see
only 20 by default."""
NO_MATCHING_SUBSCRIBERS = 0x10
_BAD_LOGIN = {4, 5, 134, 135}
_HUNG_UP = -1
"""A broker that does not know MQTT 5 may simply hang up; so may a broken network."""
_WRONG_VERSION = {1, 132, _HUNG_UP}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where a broker listens, and whether by TLS."""

    host: str
    port: int
    tls: bool = False

    def __str__(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttLogin:
    """Who connects."""

    client_id: str
    user_name: str | None = None
    password: str | None = None
    tls: TlsFiles | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the broker said to a publish: 0 is success; only MQTT 5 ever says anything else."""

    reason: int

    @property
    def is_refused(self) -> bool:
        """Whether the broker threw the message away."""
        return self.reason >= 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message. `mid` is what `acknowledge` needs; retained ones are nobody's news."""

    topic: str
    payload: bytes
    retained: bool
    mid: int
    qos: int


class _Socket(Protocol):
    def fileno(self) -> int: ...


MessageHandler = Callable[[Incoming], None]


class MqttLink:
    """One live connection to one broker. Made by `connect`, over when `closed` is done."""

    def __init__(self, client: paho.Client, loop: asyncio.AbstractEventLoop) -> None:
        self.closed: asyncio.Future[str] = loop.create_future()
        self.max_packet_bytes: int | None = None
        self._client = client
        self._loop = loop
        self._connected: asyncio.Future[int] = loop.create_future()
        self._published: dict[int, asyncio.Future[Published]] = {}
        self._subscribed: dict[int, asyncio.Future[list[int]]] = {}
        self._misc: asyncio.Task[None] | None = None

    @classmethod
    async def connect(
        cls,
        address: BrokerAddress,
        login: MqttLogin,
        on_message: MessageHandler,
        *,
        manual_ack: bool = False,
        keepalive_s: int = KEEPALIVE_S,
    ) -> Self:
        """A connection by MQTT 5, or by 3.1.1 where the broker speaks no 5.

        Raises LinkRefused when the broker refuses the login, NotConnected when none answers.
        """
        try:
            client = await _client(MQTTProtocolVersion.MQTTv5, login, manual_ack)
            return await cls._attempt(client, address, on_message, keepalive_s)
        except _NoSuchVersion:
            client = await _client(MQTTProtocolVersion.MQTTv311, login, manual_ack)
            return await cls._attempt(client, address, on_message, keepalive_s)

    @classmethod
    async def _attempt(
        cls,
        client: paho.Client,
        address: BrokerAddress,
        on_message: MessageHandler,
        keepalive_s: int,
    ) -> Self:
        loop = asyncio.get_running_loop()
        link = cls(client, loop)
        link._wire(on_message)
        async with AsyncExitStack() as opened:
            opened.push_async_callback(link.close)
            try:
                await asyncio.to_thread(
                    client.connect, address.host, address.port, keepalive_s, **_clean(client)
                )
                link._misc = loop.create_task(link._run_misc(), name="mqtt-misc")
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    reason = await link._connected
            except (OSError, TimeoutError, ValueError) as error:
                raise NotConnected(f"no broker answers at {address}: {in_words(error)}") from error
            if reason == 0:
                opened.pop_all()
                return link
        if link.is_version_5 and reason in _WRONG_VERSION:
            raise _NoSuchVersion
        if reason == _HUNG_UP:
            raise NotConnected(f"the connection to {address} broke before it was accepted")
        if reason in _BAD_LOGIN:
            raise LinkRefused(
                f"broker {address} refuses the login of {client.username}; claim the device anew"
            )
        raise NotConnected(f"broker {address} refuses the connection: reason {reason}")

    @property
    def is_version_5(self) -> bool:
        """Whether the broker says what became of a publish."""
        return self._client.protocol == MQTTProtocolVersion.MQTTv5

    def publish(self, topic: str, payload: bytes, *, qos: int = 1) -> asyncio.Future[Published]:
        """Hand a message to the broker; the future is done when it took or refused it.

        Raises NotConnected, rather than let paho queue it.
        """
        if self.closed.done():
            raise NotConnected("the connection is closed")
        info = self._client.publish(topic, payload, qos=qos, retain=False)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise NotConnected(f"cannot publish: {paho.error_string(info.rc)}")
        future: asyncio.Future[Published] = self._loop.create_future()
        if qos == 0:
            future.set_result(Published(reason=0))
        else:
            self._published[info.mid] = future
        return future

    async def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Raises LinkRefused if the broker does not allow one of them, NotConnected if it goes."""
        if self.closed.done():
            raise NotConnected("the connection is closed")
        pairs: list[Any] = [(text, qos) for text in filters]
        if self.is_version_5:
            pairs = [(text, SubscribeOptions(qos=qos)) for text in filters]
        result, mid = self._client.subscribe(pairs)
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise NotConnected(f"cannot subscribe: {paho.error_string(result)}")
        future: asyncio.Future[list[int]] = self._loop.create_future()
        self._subscribed[mid] = future
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                granted = await future
        except TimeoutError as error:
            raise NotConnected("the broker does not answer a subscription") from error
        if any(code >= 0x80 for code in granted):
            raise LinkRefused(f"the broker does not allow a subscription to {', '.join(filters)}")

    def acknowledge(self, message: Incoming) -> None:
        """Tell the broker that a message taken with `manual_ack` is done with."""
        if not self.closed.done():
            self._client.ack(message.mid, message.qos)

    async def close(self) -> None:
        """Leave politely, if there is a connection to leave."""
        if self._misc is not None:
            self._misc.cancel()
        with suppress(OSError, ValueError):
            self._client.disconnect()
        # One turn, so that the socket's callbacks have run before it goes.
        await asyncio.sleep(0)
        self._end("closed")
        socket = self._client.socket()
        if socket is not None:
            self._forget(socket)
            with suppress(OSError):
                socket.close()

    # --- paho's callbacks ------------------------------------------------------------------------

    def _wire(self, on_message: MessageHandler) -> None:
        client = self._client

        def arrived(_c: object, _u: object, message: paho.MQTTMessage) -> None:
            on_message(
                Incoming(
                    topic=message.topic,
                    payload=bytes(message.payload),
                    retained=message.retain,
                    mid=message.mid,
                    qos=message.qos,
                )
            )

        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = arrived
        client.on_socket_open = lambda _c, _u, sock: self._soon(self._watch, sock)
        client.on_socket_close = lambda _c, _u, sock: self._forget(sock)
        client.on_socket_register_write = lambda _c, _u, sock: self._soon(self._watch_write, sock)
        client.on_socket_unregister_write = lambda _c, _u, sock: self._forget_write(sock)

    def _soon(self, action: Callable[[_Socket], None], sock: _Socket) -> None:
        """paho opens its socket in the thread that connects."""
        try:
            on_loop = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            on_loop = False
        if on_loop:
            action(sock)
        else:
            self._loop.call_soon_threadsafe(action, sock)

    def _watch(self, sock: _Socket) -> None:
        if sock.fileno() >= 0 and not self.closed.done():
            self._loop.add_reader(sock.fileno(), self._read)

    def _watch_write(self, sock: _Socket) -> None:
        if sock.fileno() >= 0 and not self.closed.done():
            self._loop.add_writer(sock.fileno(), self._client.loop_write)

    def _forget(self, sock: _Socket) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_reader(sock.fileno())
            self._loop.remove_writer(sock.fileno())

    def _forget_write(self, sock: _Socket) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_writer(sock.fileno())

    def _read(self) -> None:
        self._client.loop_read()

    async def _run_misc(self) -> None:
        """Keepalive; paho notices a silent peer after two intervals."""
        while self._client.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            await asyncio.wait((self.closed,), timeout=MISC_INTERVAL_S)
        self._end("keepalive")

    def _on_connect(
        self, _c: object, _u: object, _f: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self.max_packet_bytes = getattr(properties, "MaximumPacketSize", None)
        if not self._connected.done():
            self._connected.set_result(reason.value)

    def _on_disconnect(
        self, _c: object, _u: object, _f: object, reason: ReasonCode, _p: object
    ) -> None:
        self._loop.call_soon_threadsafe(self._end, str(reason))

    def _end(self, why: str) -> None:
        if not self._connected.done():
            self._connected.set_result(_HUNG_UP)
        if not self.closed.done():
            self.closed.set_result(why)
        gone = NotConnected(f"the connection ended: {why}")
        waiting: list[asyncio.Future[Any]] = [*self._published.values(), *self._subscribed.values()]
        for future in waiting:
            if not future.done():
                future.set_exception(gone)
                # Nobody may be waiting for it; that is no fault.
                future.exception()
        self._published.clear()
        self._subscribed.clear()

    def _on_publish(self, _c: object, _u: object, mid: int, reason: ReasonCode, _p: object) -> None:
        future = self._published.pop(mid, None)
        if future is not None and not future.done():
            future.set_result(Published(reason=reason.value))

    def _on_subscribe(
        self, _c: object, _u: object, mid: int, reasons: list[ReasonCode], _p: object
    ) -> None:
        future = self._subscribed.pop(mid, None)
        if future is not None and not future.done():
            future.set_result([reason.value for reason in reasons])


class _NoSuchVersion(Exception):
    """The broker does not speak MQTT 5."""


async def _client(version: MQTTProtocolVersion, login: MqttLogin, manual_ack: bool) -> paho.Client:
    is_5 = version is MQTTProtocolVersion.MQTTv5
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=login.client_id,
        clean_session=None if is_5 else True,
        protocol=version,
        manual_ack=manual_ack,
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_TIMEOUT_S
    # The window is ours to keep; paho must not hold anything back behind it.
    client.max_inflight_messages_set(65_535)
    if login.user_name is not None:
        client.username_pw_set(login.user_name, login.password)
    if login.tls is not None:
        try:
            client.tls_set_context(await asyncio.to_thread(client_context, login.tls))
        except (OSError, ValueError) as error:
            raise NotConnected(f"the files for TLS cannot be used: {error}") from error
    return client


def _clean(client: paho.Client) -> dict[str, Any]:
    """The broker keeps no session: the truth is in the outbox and in the hub's database."""
    if client.protocol != MQTTProtocolVersion.MQTTv5:
        return {}
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 0
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    return {"clean_start": True, "properties": properties}
