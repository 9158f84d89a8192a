"""The embedded broker: MQTT 3.1.1 in the hub's own process, for one machine, behind its door.

amqtt listens nowhere: the door hands it the connections of those whom it let in. It holds the
sessions of these, delivers, and asks about every topic.
"""

import asyncio
import ipaddress
import logging
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext, BrokerConfig, ListenerConfig, ListenerType
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cloud_hub.core.errors import InvalidSettings, PortInUse
from cloud_hub.core.settings import Address
from cloud_hub.link.broker.caller import Caller, Identities, up_folder
from cloud_hub.link.broker.client_packets import GuardedReader, GuardedWriter
from cloud_hub.link.broker.crowd import Crowd, Room
from cloud_hub.link.broker.door import Door, Doorkeeper
from device_profiles.failures import in_words

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 5.0
DOOR = "default"
"""amqtt's name for the only way in."""
MOST_UNDELIVERED = 256
"""Messages on their way to the hub, beyond which devices wait with theirs."""
MOST_INSIDE = 4096
Callers = dict[str, Caller]
IsFull = Callable[[str], bool]
"""Whether a device, by its `up_folder`, is to wait with what it sends."""


class CallerPlugin(BaseAuthPlugin, BaseTopicPlugin):  # type: ignore[misc]  # amqtt has no types
    """amqtt's way to ask who a session is, and what that opens."""

    @dataclass
    class Config:
        """Those whom the door let in, by client id."""

        callers: Any

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._callers: Callers = context.config.callers

    async def authenticate(self, *, session: Session) -> bool:
        """Whether the door let this session in."""
        return session.client_id in self._callers

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Whether the session may use the topic."""
        caller = self._callers.get(session.client_id) if session is not None else None
        if caller is None or topic is None:
            return False
        return caller.may_publish(topic) if action is Action.PUBLISH else caller.may_read(topic)


class InnerBroker(Broker):  # type: ignore[misc]  # amqtt has no types
    """amqtt without a listener, without retained messages, and without memory of who has gone."""

    def __init__(self, callers: Callers) -> None:
        super().__init__(
            BrokerConfig(
                listeners={DOOR: ListenerConfig(type=ListenerType.EXTERNAL)},
                plugins={f"{__name__}.{CallerPlugin.__name__}": {"callers": callers}},
            )
        )
        self._subscriptions = _Subscriptions()
        self._callers = callers
        self._of_hub: set[str] = set()

    async def serve(self, client_id: str, reader: GuardedReader, writer: GuardedWriter) -> None:
        """Serves one connection to its end, and forgets it."""
        if self._callers[client_id].device is None:
            self._of_hub.add(client_id)
        try:
            await self.external_connected(reader, writer, DOOR)
        finally:
            self._of_hub.discard(client_id)
            await self._cleanup_session(client_id)

    async def retain_message(self, *_: object) -> None:
        """Nothing is retained: the truth is in the outbox and in the hub's database."""

    def is_held(self, client_id: str, is_full: IsFull) -> bool:
        """Whether this device is to wait with what it sends."""
        device = self._callers[client_id].device
        is_too_much = device is not None and is_full(up_folder(device))
        return is_too_much or self.undelivered(client_id) > MOST_UNDELIVERED

    def undelivered(self, client_id: str) -> int:
        """How many messages of this client, and of all on their way to the hub, wait. What a device
        does not take delays nobody else."""
        waiting: int = self._broadcast_queue.qsize()
        if client_id in self.sessions:
            waiting += self.sessions[client_id][0].delivered_message_queue.qsize()
        for name in self._of_hub & self.sessions.keys():
            waiting += self.sessions[name][0].inflight_out_count
        return waiting


class _Subscriptions(dict[str, list[Any]]):
    """Subscriptions by filter. amqtt awaits while it goes through them, and new ones come
    meanwhile: it is given a copy to go through."""

    def items(self) -> Any:  # noqa: ANN401 - stands for a dictionary's view
        """A copy."""
        return [(name, list(subscribed)) for name, subscribed in super().items()]


def require_free(address: Address, setting: str) -> None:
    """Nothing. Raises PortInUse when another program listens on `address`."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise PortInUse(
                f"cannot listen on {address}: {in_words(error)}; or give another {setting}"
            ) from error


def require_loopback(address: Address) -> None:
    """Nothing. Raises InvalidSettings for an address that other machines can reach."""
    try:
        is_own = ipaddress.ip_address(address.host).is_loopback
    except ValueError:
        is_own = address.host == "localhost"
    if not is_own:
        raise InvalidSettings(
            f"the embedded broker has no TLS and listens on 127.0.0.1 alone, not on {address}:"
            " for devices on other machines have the hub run mosquitto (--broker managed)"
            " (docs/hub.md, deploy/mosquitto/README.md)"
        )


def room_here() -> Room:
    """Room for as many connections as half of this process's file handles: the other half is for
    pages, database and files."""
    handles, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    inside = MOST_INSIDE if handles < 0 else min(MOST_INSIDE, handles // 2)
    return Room(inside=inside, inside_of_address=inside * 7 // 8)


@asynccontextmanager
async def embedded_broker(
    address: Address, identities: Identities, keeper: Doorkeeper, is_full: IsFull
) -> AsyncIterator[InnerBroker]:
    """A broker whose door listens on `address` for as long as the context lasts; those for
    whom `is_full` holds wait with what they send. Raises InvalidSettings and PortInUse."""
    require_loopback(address)
    require_free(address, "--mqtt")
    callers: Callers = {}
    broker = InnerBroker(callers)
    door = Door(
        identities=identities,
        rooms=broker,
        keeper=keeper,
        crowd=Crowd(room=room_here()),
        is_held=lambda client_id: broker.is_held(client_id, is_full),
        callers=callers,
    )
    await broker.start()
    watching = asyncio.create_task(door.keep_out(), name="keep-out")
    server = await asyncio.start_server(door.connected, address.host, address.port)
    log.info("broker listens on %s", address, extra={"action": "broker-started"})
    try:
        yield broker
    finally:
        # The port first: the hub that is started next may want it before every session has ended.
        server.close()
        watching.cancel()
        await _stop(broker)
        await door.close()


async def _stop(broker: InnerBroker) -> None:
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await broker.shutdown()
    except TimeoutError:
        log.warning("the broker did not stop in time", extra={"action": "broker-stuck"})
