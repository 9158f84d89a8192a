"""Outbox to link, until told to stop: connects, says hello, sends, resends, reconnects."""

import asyncio
import logging

from sync.core.errors import LinkRefused, NotConnected
from sync.core.pause import pause
from sync.link.conversation import Conversation
from sync.link.link_state import LinkHost, LinkSettings, LinkState, LinkStatus
from sync.link.mqtt import BrokerAddress
from sync.link.reconnect import Reconnect
from sync.outbox.outbox import Outbox

log = logging.getLogger(__name__)


async def run_sender(outbox: Outbox, settings: LinkSettings, host: LinkHost) -> None:
    """Carry everything in the outbox to the hub, for ever, until the host's `stop` is set.

    Lost connections, refused logins and silent hubs are waited out. Raises OutboxUnusable if the
    outbox itself fails: then the program must end and be started again.
    """
    clock, stop = host.clock, host.stop
    policy = Reconnect(host.rng, spread_s=settings.spread_s, cap_s=settings.reconnect_cap_s)
    at = 0
    while not stop.is_set():
        broker = settings.brokers[at % len(settings.brokers)]
        conversation = Conversation(outbox, settings, host)
        began_s = clock.monotonic_s()
        status = await _talk(conversation, broker, stop)
        if stop.is_set():
            break
        host.on_status(status)
        lasted_s = clock.monotonic_s() - began_s
        policy.was_connected(lasted_s)
        policy.spread_s = conversation.spread_s
        # The list is ordered: a broker that was reached is tried first again.
        at = 0 if conversation.was_online else at + 1
        await pause(stop, policy.wait_s())


async def _talk(
    conversation: Conversation, broker: BrokerAddress, stop: asyncio.Event
) -> LinkStatus:
    """One connection, from its beginning to its end, and what ended it."""
    try:
        why = await conversation.run(broker, stop)
        log.info("link to %s ended: %s", broker, why, extra={"action": "link-ended"})
        return LinkStatus(state=LinkState.OFFLINE, detail=why, broker=str(broker))
    except NotConnected as error:
        # The page tells it in words of people; what the system called it stands here.
        log.info("%s (%s)", error, error.__cause__, extra={"action": "link-failed"})
        return LinkStatus(state=LinkState.OFFLINE, detail=str(error), broker=str(broker))
    except LinkRefused as error:
        log.warning("%s", error, extra={"action": "link-refused"})
        return LinkStatus(state=LinkState.REFUSED, detail=str(error), broker=str(broker))
