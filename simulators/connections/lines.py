"""The stores' lines to the hub: most are good; some go through a proxy that can be cut."""

import asyncio
import logging
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from simulators.chain.script import Script
from simulators.connections.network import FaultyProxy
from simulators.core.waiting import until
from sync.link.mqtt import BrokerAddress

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
A_BATCH_BYTES = 1_000
"""More than keep-alives, less than any batch of receipts."""
SENDS_AGAIN_WITHIN_S = 60.0
ARRIVES_IN_S = 1.0


class Lines:
    """Where each device finds broker and hub. An async context manager: it holds the proxies.

    Every store that the script cuts off has a line of its own; so has every device whose
    acknowledgements get lost.
    """

    def __init__(self, script: Script, broker: BrokerAddress, hub: BrokerAddress) -> None:
        self._broker = broker
        self._hub = hub
        self._script = script
        self._brokers: dict[str, FaultyProxy] = {}
        self._hubs: dict[str, FaultyProxy] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Opens the proxies."""
        for cut in self._script.cuts:
            self._brokers[cut.store_id] = await self._proxy(self._broker)
            self._hubs[cut.store_id] = await self._proxy(self._hub)
        for lost in self._script.lost_acks:
            self._brokers[lost.device_id] = await self._proxy(self._broker)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes them."""
        await self._stack.aclose()

    async def _proxy(self, target: BrokerAddress) -> FaultyProxy:
        return await self._stack.enter_async_context(FaultyProxy(target.host, target.port))

    def has_own_line(self, device_id: str) -> bool:
        """Whether the device's broker is not where the hub says it is."""
        return self._line(self._brokers, device_id) is not None

    def broker_of(self, device_id: str) -> BrokerAddress:
        """The broker as the device reaches it."""
        proxy = self._line(self._brokers, device_id)
        return BrokerAddress(host=LOOPBACK, port=proxy.port) if proxy else self._broker

    def hub_url_of(self, device_id: str) -> str:
        """The hub as the device reaches it."""
        proxy = self._line(self._hubs, device_id)
        return f"http://{BrokerAddress(host=LOOPBACK, port=proxy.port) if proxy else self._hub}"

    def cut(self, store_id: str) -> None:
        """The store's line is dead until it is restored."""
        for proxy in (self._brokers[store_id], self._hubs[store_id]):
            proxy.cut()
        log.info("the line of %s is cut", store_id, extra={"action": "line-cut"})

    def restore(self, store_id: str) -> None:
        """The store's line is good again."""
        for proxy in (self._brokers[store_id], self._hubs[store_id]):
            proxy.restore()
        log.info("the line of %s is back", store_id, extra={"action": "line-restored"})

    def deafen(self, device_id: str) -> None:
        """What the device sends arrives, but no answer comes back to it."""
        self._brokers[device_id].swallow_answers()
        log.info("%s hears nothing", device_id, extra={"action": "line-deaf"})

    async def until_sent_again(self, device_id: str) -> None:
        """Returns when the deaf device has sent once more what was not acknowledged."""
        proxy = self._brokers[device_id]
        sent = proxy.to_target_bytes

        async def sends_again() -> bool:
            return proxy.to_target_bytes > sent + A_BATCH_BYTES

        await until(
            sends_again,
            within_s=SENDS_AGAIN_WITHIN_S,
            or_else=f"{device_id} did not send again in {SENDS_AGAIN_WITHIN_S:g} s",
        )
        # The rest of it is on its way; it shall arrive before the line breaks.
        await asyncio.sleep(ARRIVES_IN_S)

    def break_once(self, device_id: str) -> None:
        """The device's connection breaks, whatever is in flight; the next one is good."""
        self._brokers[device_id].restore()
        log.info("the line of %s broke once", device_id, extra={"action": "line-broke"})

    @staticmethod
    def _line(proxies: dict[str, FaultyProxy], device_id: str) -> FaultyProxy | None:
        return proxies.get(device_id) or proxies.get(device_id.partition("-")[0])
