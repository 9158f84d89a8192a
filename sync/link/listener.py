"""What the hub hears: every device's messages from one or several brokers, acknowledged by hand."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from types import TracebackType
from typing import Self

from sync.core.clock import Clock
from sync.core.errors import LinkRefused, NotConnected
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin, Published
from sync.link.reconnect import Reconnect
from sync.wire.topics import EVERY_UP_TOPIC, PROBE_TOPIC, shared_up_topic

log = logging.getLogger(__name__)

RECONNECT_SPREAD_S = 1.0
LONGEST_WAIT_S = 15.0
"""A hub that is away stops a whole fleet, and there are few of it: it returns sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message and the link it came by: the answer goes back the same way."""

    message: Incoming
    link: MqttLink

    @property
    def topic(self) -> str:
        """Where it was published."""
        return self.message.topic

    @property
    def payload(self) -> bytes:
        """What was published."""
        return self.message.payload

    def done(self) -> None:
        """Tell the broker that the hub is done with it."""
        self.link.acknowledge(self.message)

    def reply(self, topic: str, payload: bytes, *, qos: int = 0) -> None:
        """Publish to the broker it came from; nothing if that one is gone meanwhile, since the
        device then asks again."""
        with suppress(NotConnected):
            self.link.publish(topic, payload, qos=qos)


class MqttListener:
    """Subscribed to all devices on every broker it was given, for as long as it is open.

    `group` joins several workers, each message going to one of those who know that name (not on the
    embedded broker).
    Iterate it to get what was heard.
    """

    def __init__(
        self,
        brokers: Sequence[BrokerAddress],
        login: MqttLogin,
        *,
        clock: Clock,
        rng: Random,
        group: str | None = None,
    ) -> None:
        self.links: dict[BrokerAddress, MqttLink] = {}
        self._brokers = tuple(brokers)
        self._login = login
        self._clock = clock
        self._rng = rng
        self._filter = EVERY_UP_TOPIC if group is None else shared_up_topic(group)
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._connected = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Start connecting; `wait_connected` says when a broker is there."""
        for broker in self._brokers:
            self._tasks.append(asyncio.create_task(self._stay(broker), name=f"listen {broker}"))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave every broker."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait_connected(self) -> None:
        """Return once subscribed to at least one broker."""
        await self._connected.wait()

    def __aiter__(self) -> AsyncIterator[Heard]:
        """What is heard, without end."""
        return self

    async def __anext__(self) -> Heard:
        """The next message."""
        return await self._heard.get()

    def waiting(self, limit: int) -> list[Heard]:
        """What else is already here, up to `limit`: one commit takes them together."""
        more: list[Heard] = []
        while len(more) < limit and not self._heard.empty():
            more.append(self._heard.get_nowait())
        return more

    def publish(self, topic: str, payload: bytes, *, qos: int = 1) -> None:
        """Publish to every broker that is there: a device is connected to one of them."""
        for link in list(self.links.values()):
            with suppress(NotConnected):
                link.publish(topic, payload, qos=qos)

    async def answers(self, patience_s: float) -> bool:
        """Whether a broker takes a message and says so within `patience_s`; one that is connected
        and stands still does not."""
        asked: list[asyncio.Future[Published]] = []
        for link in list(self.links.values()):
            with suppress(NotConnected):
                asked.append(link.publish(PROBE_TOPIC, b"", qos=1))
        if not asked:
            return False
        answers = asyncio.as_completed(asked, timeout=patience_s)
        for answer in answers:
            with suppress(NotConnected):
                try:
                    if not (await answer).is_refused:
                        return True
                except TimeoutError:
                    return False
        return False

    async def _stay(self, broker: BrokerAddress) -> None:
        policy = Reconnect(self._rng, spread_s=RECONNECT_SPREAD_S, cap_s=LONGEST_WAIT_S)
        while True:
            try:
                await self._listen(broker, policy)
            except (NotConnected, LinkRefused) as error:
                log.warning("broker %s: %s", broker, error, extra={"action": "broker-away"})
            await asyncio.sleep(policy.wait_s())

    async def _listen(self, broker: BrokerAddress, policy: Reconnect) -> None:
        """Until the connection ends."""
        arrived: list[MqttLink] = []

        def hear(message: Incoming) -> None:
            if not arrived:
                return
            self._heard.put_nowait(Heard(message=message, link=arrived[0]))

        login = self._login if broker.tls else replace(self._login, tls=None)
        link = await MqttLink.connect(broker, login, hear, manual_ack=True)
        arrived.append(link)
        since_s = self._clock.monotonic_s()
        try:
            await link.subscribe(self._filter)
            self.links[broker] = link
            self._connected.set()
            log.info("listening on %s", broker, extra={"action": "broker-connected"})
            why = await link.closed
            log.warning("broker %s left: %s", broker, why, extra={"action": "broker-away"})
        finally:
            self.links.pop(broker, None)
            if not self.links:
                self._connected.clear()
            policy.was_connected(self._clock.monotonic_s() - since_s)
            await link.close()
