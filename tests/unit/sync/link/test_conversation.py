"""One connection of a device to a real broker, behind which its hub is kept in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest

from sync.core.clock import SystemClock
from sync.core.errors import NotConnected
from sync.events import Lane
from sync.link.conversation import Conversation
from sync.link.link_state import DownMessage, LinkHost, LinkSettings, LinkState, LinkStatus
from sync.link.listener import MqttListener
from sync.link.mqtt import BrokerAddress, MqttLogin
from sync.outbox.outbox import Outbox
from sync.wire.messages import LiveEpoch
from sync.wire.topics import Downlink, dn_topic
from tests.receiver import Receiver
from tests.stage.servers import Mosquitto

pytestmark = pytest.mark.needs_mosquitto


class Talk:
    """A conversation, what it said of its link, and what it passed on."""

    def __init__(self, outbox: Outbox, *ports: int) -> None:
        self.said: list[LinkStatus] = []
        self.down: list[DownMessage] = []
        self.stop = asyncio.Event()
        host = LinkHost(
            clock=SystemClock(),
            rng=Random(1),
            stop=self.stop,
            on_status=self.said.append,
            on_down=self.down.append,
        )
        brokers = tuple(BrokerAddress(host="127.0.0.1", port=port) for port in ports)
        self.settings = LinkSettings(
            tenant="demo", store="store-1", device="cooler-1", brokers=brokers, spread_s=0.1
        )
        self.conversation = Conversation(outbox, self.settings, host)

    async def run(self) -> str:
        return await self.conversation.run(self.settings.brokers[0], self.stop)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["asyncio.Task[str]"]:
        task = asyncio.create_task(self.run())
        try:
            yield task
        finally:
            self.stop.set()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def hub(port: int, receiver: Receiver | None = None) -> AsyncIterator[Receiver]:
    receiver = receiver or Receiver()
    address = BrokerAddress(host="127.0.0.1", port=port)
    login = MqttLogin(client_id="hub")
    async with MqttListener([address], login, clock=SystemClock(), rng=Random(2)) as listener:
        await listener.wait_connected()
        task = asyncio.create_task(receiver.serve(listener))
        try:
            receiver.listener = listener
            yield receiver
        finally:
            task.cancel()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def waiting(outbox: Outbox) -> int:
    return sum(books.waiting for books in outbox.books())


async def test_it_greets_first_then_sends_and_ends_when_it_is_told_to(
    mosquitto: Mosquitto, outbox: Outbox, bodies
) -> None:
    outbox.append(bodies.sale(1), *[bodies.reading() for _ in range(250)])
    talk = Talk(outbox, mosquitto.port)
    async with hub(mosquitto.port) as received:
        async with talk.running() as task:
            await until(lambda: waiting(outbox) == 0)
        assert await task == "stopped"
    assert [status.state for status in talk.said] == [LinkState.GREETING, LinkState.ONLINE]
    assert talk.conversation.was_online
    assert talk.conversation.spread_s == received.spread_s, "the hub says how to come back"
    assert (received.total(), received.hellos, received.resent) == (251, 1, 0)
    assert received.order[0] == (1, int(Lane.SALE), 1)


async def test_without_an_answer_nothing_is_sent(
    mosquitto: Mosquitto, outbox: Outbox, bodies
) -> None:
    outbox.append(bodies.sale(1))
    talk = Talk(outbox, mosquitto.port)
    async with talk.running():
        await until(lambda: bool(talk.said))
    assert [status.state for status in talk.said] == [LinkState.GREETING]
    assert not talk.conversation.was_online
    assert waiting(outbox) == 1


async def test_another_copy_of_the_device_is_told_and_sends_nothing(
    mosquitto: Mosquitto, outbox: Outbox, bodies
) -> None:
    outbox.append(bodies.sale(1))
    alive = LiveEpoch(epoch=1, nonce="of-another", run="of-another", silent_s=0.0)
    talk = Talk(outbox, mosquitto.port)
    async with hub(mosquitto.port, Receiver(live=alive)) as received, talk.running():
        await until(lambda: talk.said[-1:] != [] and talk.said[-1].state is LinkState.FENCED)
    assert "find and stop the copy" in talk.said[-1].detail
    assert received.total() == 0
    assert waiting(outbox) == 1


async def test_a_hub_that_forgot_the_device_is_greeted_again(
    mosquitto: Mosquitto, outbox: Outbox, bodies
) -> None:
    talk = Talk(outbox, mosquitto.port)
    async with hub(mosquitto.port) as received, talk.running():
        await until(lambda: talk.conversation.was_online)
        received.live = None
        outbox.append(bodies.sale(1))
        await until(lambda: received.total() == 1)
    assert received.hellos == 2


async def test_what_the_hub_says_to_the_device_is_passed_on_and_nonsense_is_not(
    mosquitto: Mosquitto, outbox: Outbox
) -> None:
    talk = Talk(outbox, mosquitto.port)
    to = {"tenant": "demo", "store": "store-1", "device": "cooler-1"}
    async with hub(mosquitto.port) as received, talk.running():
        await until(lambda: talk.conversation.was_online)
        received.listener.publish(dn_topic(**to, what=Downlink.ACK), b"no acknowledgement")
        received.listener.publish(dn_topic(**to, what=Downlink.COMMAND), b"do")
        await until(lambda: bool(talk.down))
    assert [(one.what, one.payload) for one in talk.down] == [(Downlink.COMMAND, b"do")]


async def test_a_broker_that_goes_ends_it_and_says_why(
    mosquitto: Mosquitto, outbox: Outbox
) -> None:
    talk = Talk(outbox, mosquitto.port)
    async with hub(mosquitto.port), talk.running() as task:
        await until(lambda: talk.conversation.was_online)
        mosquitto.kill()
        assert await task != "stopped"


async def test_where_no_broker_is_it_does_not_begin(
    outbox: Outbox, free_port: Callable[[], int]
) -> None:
    talk = Talk(outbox, free_port())
    with pytest.raises(NotConnected, match="no broker answers at"):
        await talk.run()
    assert talk.said == []
