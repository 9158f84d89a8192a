"""Listens to the brokers and gives what it hears to ingest: group commit, then the answers."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from secrets import token_hex
from urllib.parse import unquote, urlsplit

from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.authority import open_authority
from cloud_hub.core.storage.outages import MAY_BE_OUTAGE
from cloud_hub.link.broker.caller import HUB_USER
from cloud_hub.link.broker.fair_queue import FairQueue
from cloud_hub.link.ingest.counters import Counters
from cloud_hub.link.ingest.ingest import Ingest, Taken
from cloud_hub.link.ingest.message import Message, Outgoing
from cloud_hub.link.ingest.tally import Tally
from cloud_hub.link.mosquitto.broker_plan import HUB_NAME
from sync.core.errors import InvalidTopic
from sync.core.failpoints import Failpoint, reach
from sync.events import Lane
from sync.link.listener import Heard, MqttListener
from sync.link.mqtt import BrokerAddress, MqttLogin
from sync.link.trust.contexts import TlsFiles
from sync.wire.batch import claimed_range
from sync.wire.messages import HELD_EVERY_S, Ack
from sync.wire.topics import HELLO_LEVEL, Downlink, dn_topic, parse_up

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
GROUPS_ON_THEIR_WAY = 2
"""How many transactions' worth of batches all devices together may have on their way: more would
only wait here for longer than the senders' patience, and come again."""
RECENT_S = 10.0
"""A device that sent within this time is counted as sending."""
FULL_BYTES = 32 * 1024 * 1024
"""With so much waiting the embedded broker lets devices wait with what they send."""
CREDITS_WAITING = 2
"""How many times its credit of batches may wait of one device at the embedded broker: an honest one
keeps to its credit, and one that does not shall not make all others wait."""
URGENT_LEVELS = {str(int(lane)) for lane in (Lane.SALE, Lane.ALERT, Lane.RESULT)}
Kept = tuple[float, Heard]
"""When it was heard, in monotonic seconds, and what."""


def hub_listener(hub: Hub) -> MqttListener:
    """What listens to every broker. External brokers share what they hear among all workers."""
    user, password = HUB_USER, hub.secrets.broker_password
    if hub.settings.is_managed or hub.settings.devices_broker is not None:
        user = HUB_NAME
    elif hub.settings.broker_urls:
        parts = urlsplit(hub.settings.broker_urls[0])
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MqttListener(
        [
            BrokerAddress(host=address.host, port=address.port, tls=address.tls)
            for address in hub.settings.own_addresses
        ],
        MqttLogin(
            client_id=f"aisle-hub-{token_hex(6)}",
            user_name=user or None,
            password=password or None,
            tls=_own_tls(hub) if any(one.tls for one in hub.settings.own_addresses) else None,
        ),
        clock=hub.clock,
        rng=Random(),
        group=None if hub.settings.broker is None else hub.secrets.workers_group,
    )


def _own_tls(hub: Hub) -> TlsFiles:
    """The hub's own certificate. Brokers show one that its authority signed, or any other that
    every machine believes."""
    authority = open_authority(hub.settings)
    return TlsFiles(
        authority=authority.roots_file,
        certificate=authority.hub.certificate,
        key=authority.hub.key,
        is_public=True,
    )


@dataclass(slots=True)
class Inbox:
    """What was heard and not yet taken. Hellos come first: they are short, and who has said one
    may be told how much to send. Then sales, alerts and results, before what fills a backlog. In
    each, devices take turns: none waits behind all that another has sent."""

    _queues: tuple[FairQueue[Kept], ...] = field(
        default_factory=lambda: (FairQueue(), FairQueue(), FairQueue())
    )
    _taking: list[Kept] = field(default_factory=list)
    _filled: asyncio.Event = field(default_factory=asyncio.Event)
    _senders: dict[str, float] = field(default_factory=dict)
    _waiting_bytes: int = 0
    _of: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        """How many messages wait."""
        return sum(len(queue) for queue in self._queues)

    @property
    def is_full(self) -> bool:
        """Whether more waits than a hub should hold in memory."""
        return self._waiting_bytes > FULL_BYTES

    def waiting_of(self, device: str) -> int:
        """How many messages of a device, by all of its topic but the level, are not committed."""
        return self._of[device]

    def put(self, heard: Heard, now_s: float) -> None:
        """One more, heard at the monotonic time `now_s`."""
        device, _, level = heard.topic.rpartition("/")
        self._senders[device] = now_s
        self._of[device] += 1
        at = 0 if level == HELLO_LEVEL else 1 if level in URGENT_LEVELS else 2
        self._queues[at].put(device, (now_s, heard))
        self._waiting_bytes += len(heard.payload)
        self._filled.set()

    def held(self, before_s: float) -> list[Heard]:
        """What was heard before the monotonic time `before_s` and is not committed yet."""
        everything = (*self._taking, *(kept for queue in self._queues for kept in queue))
        return [heard for heard_s, heard in everything if heard_s < before_s]

    def credit(self, group: int, most: int, now_s: float) -> int:
        """How many batches each device may have on its way: `most`, or its share of a few groups
        of `group` when many devices send at once."""
        self._senders = {
            device: heard_s
            for device, heard_s in self._senders.items()
            if now_s - heard_s < RECENT_S
        }
        share = GROUPS_ON_THEIR_WAY * group // max(1, len(self._senders))
        return max(1, min(most, share))

    async def group(self, limit: int) -> list[Heard]:
        """Up to `limit` messages, as soon as there is one."""
        await self._filled.wait()
        self._taking = []
        for queue in self._queues:
            while queue and len(self._taking) < limit:
                self._taking.append(queue.take())
        if not len(self):
            self._filled.clear()
        taking = [heard for _, heard in self._taking]
        self._waiting_bytes -= sum(len(heard.payload) for heard in taking)
        return taking

    def done(self) -> None:
        """What `group` gave last is taken."""
        for _, heard in self._taking:
            device, _, _ = heard.topic.rpartition("/")
            self._of[device] -= 1
            if not self._of[device]:
                del self._of[device]
        self._taking = []


async def hear(listener: MqttListener, inbox: Inbox, *, early: bool) -> None:
    """Fills the inbox until cancelled. `early` tells the broker at once that a message was taken:
    the embedded one gives up on late answers, and only the hub's own acknowledgement counts."""
    async for heard in listener:
        if early:
            heard.done()
        inbox.put(heard, time.monotonic())


async def run_intake(hub: Hub, ingest: Ingest, inbox: Inbox, meters: Counters) -> None:
    """Until cancelled. While one transaction runs the next group gathers behind it."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_reassure(hub, inbox), name="reassure")
        await _take_for_ever(hub, ingest, inbox, meters)


async def _reassure(hub: Hub, inbox: Inbox) -> None:
    """Tells the senders of what waits here for long that it is here: a busy hub must not be sent
    everything twice."""
    while True:
        await asyncio.sleep(HELD_EVERY_S)
        credit = _credit(hub, inbox)
        for heard in inbox.held(time.monotonic() - HELD_EVERY_S):
            if (answer := reassurance(heard, credit)) is not None:
                heard.reply(answer.topic, answer.payload)


def reassurance(heard: Heard, credit: int) -> Outgoing | None:
    """What to tell the sender of a batch that is here and not committed; None for what is none."""
    header = claimed_range(heard.payload)
    try:
        topic = parse_up(heard.topic)
    except InvalidTopic:
        return None
    if header is None:
        return None
    ack = Ack(
        run=header.run,
        epoch=header.epoch,
        lane=header.lane,
        ranges=(),
        held=((header.first, header.last),),
        credit=credit,
    )
    where = dn_topic(topic.tenant, topic.store, topic.device, Downlink.ACK)
    return Outgoing(topic=where, payload=ack.to_bytes())


async def _take_for_ever(hub: Hub, ingest: Ingest, inbox: Inbox, meters: Counters) -> None:
    while True:
        group = await inbox.group(hub.settings.group_batches)
        try:
            taken = await _take(hub, ingest, group, _credit(hub, inbox), meters)
        except Exception:
            # Nothing of this group is acknowledged: it comes again, the next one comes now.
            log.exception("a group of messages was not taken", extra={"action": "group-failed"})
            taken = Taken(answers=(None,) * len(group), tally=Tally())
        inbox.done()
        _answer(group, taken, early=hub.settings.broker is None)
        _offer(hub, taken)
        if hub.link.listener is not None:
            meters.brokers.set(len(hub.link.listener.links))
        if taken.tally.events or taken.tally.hellos:
            hub.changed.announce()


def _credit(hub: Hub, inbox: Inbox) -> int:
    settings = hub.settings
    return inbox.credit(settings.group_batches, settings.credit_batches, time.monotonic())


async def _take(
    hub: Hub, ingest: Ingest, group: Sequence[Heard], credit: int, meters: Counters
) -> Taken:
    """Commits; while the database is out of order, waits and tries again: nothing is dropped."""
    now = hub.clock.now()
    messages = [
        Message(
            topic=one.topic,
            payload=one.payload,
            received_at=now,
            is_retained=one.message.retained,
        )
        for one in group
    ]
    wait_s = FIRST_WAIT_S
    while True:
        started_s = time.perf_counter()
        reach(Failpoint.HUB_BEFORE_COMMIT)
        try:
            taken = await asyncio.to_thread(ingest.take, messages, credit=credit)
        except MAY_BE_OUTAGE:
            log.exception("the database cannot be written", extra={"action": "database-out"})
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            continue
        reach(Failpoint.HUB_BEFORE_ANSWER)
        meters.note(taken.tally, time.perf_counter() - started_s)
        return taken


def _answer(group: Sequence[Heard], taken: Taken, *, early: bool) -> None:
    for heard, answer in zip(group, taken.answers, strict=True):
        if answer is not None:
            heard.reply(answer.topic, answer.payload)
        if not early:
            heard.done()


def _offer(hub: Hub, taken: Taken) -> None:
    """Desired states and commands for those who have just said hello. On every broker: a device
    listens on one of them, and takes each once."""
    for offered in taken.offers:
        if hub.link.listener is not None:
            hub.link.listener.publish(offered.topic, offered.payload)
