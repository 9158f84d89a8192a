"""One connection of a device: hello first, then batches out and acknowledgements in.

Everything that touches the disk runs in a worker thread; everything else on the loop.
"""

import asyncio
import logging

from sync.core.arrivals import Range
from sync.core.errors import InvalidMessage, InvalidTopic, NotConnected, RecordTooBig
from sync.core.failpoints import Failpoint, reach
from sync.downlink.shadow import load as load_shadow
from sync.events import Alarm, AlarmState, Lane
from sync.link.link_state import DownMessage, LinkHost, LinkSettings, LinkState, LinkStatus
from sync.link.mqtt import NO_MATCHING_SUBSCRIBERS, BrokerAddress, Incoming, MqttLink, Published
from sync.link.window import Window
from sync.outbox.lane_books import LaneKey
from sync.outbox.losses import DAMAGED
from sync.outbox.outbox import OVERSIZE, Acknowledged, Outbox
from sync.outbox.outgoing import Outgoing
from sync.wire.batch import MAX_PAYLOAD_BYTES, BatchOrigin, encode_batch
from sync.wire.messages import SPREAD_S, Ack, Hello, HelloAnswer, Verdict
from sync.wire.topics import Downlink, every_dn_topic, parse_dn, up_topic

log = logging.getLogger(__name__)

HELLO_AGAIN_FIRST_S = 2.0
HELLO_AGAIN_CAP_S = 60.0
FENCED_WAIT_S = 60.0
UNHEARD_SHARE = 0.2
"""Of the spread that the hub asks for: how soon to say hello again when nobody listened."""
HELLO_AFTER_TRIES = 5
"""A batch tried so often without an answer: perhaps the hub no longer knows this device."""
LOOK_AGAIN_S = 2.0
"""Another process may have appended; nothing tells this one."""
RETAINED_ALARM = "retained-message"
HEADER_BYTES = 600
LOSS_BYTES = 140
"""A header without losses is 400 bytes; a topic, at most 190."""


class Conversation:
    """One connection to one broker. `spread_s` and `was_online` tell how the next should begin."""

    def __init__(self, outbox: Outbox, settings: LinkSettings, host: LinkHost) -> None:
        self.spread_s = settings.spread_s
        self.was_online = False
        self.resent = 0
        self._outbox = outbox
        self._settings = settings
        self._host = host
        self._clock = host.clock
        self._rng = host.rng
        self._window = Window(host.rng)
        self._known_next: dict[LaneKey, int] = {}
        self._acks: list[Ack] = []
        self._retained: set[str] = set()
        self._answer: HelloAnswer | None = None
        self._greeting = True
        self._hello_tries = 0
        self._hello_due_s = 0.0
        self._spoke_s = 0.0
        self._unheard = False
        self._appended = True
        self._looked_s = 0.0
        self._wake = asyncio.Event()
        self._broker = ""

    async def run(self, broker: BrokerAddress, stop: asyncio.Event) -> str:
        """Why the connection ended.

        Raises NotConnected, LinkRefused, OutboxUnusable.
        """
        self._broker = str(broker)
        settings = self._settings
        link = await MqttLink.connect(
            broker,
            settings.login(self._outbox.run, broker),
            self._hear,
            keepalive_s=settings.keepalive_s,
        )
        loop = asyncio.get_running_loop()

        def appended() -> None:
            loop.call_soon_threadsafe(self._note_appended)

        forget = self._outbox.on_change(appended)
        stopping = asyncio.create_task(stop.wait(), name="link-stop")
        link.closed.add_done_callback(lambda _: self._wake.set())
        stopping.add_done_callback(lambda _: self._wake.set())
        try:
            await link.subscribe(every_dn_topic(settings.tenant, settings.store, settings.device))
            self._say(LinkState.GREETING)
            while not link.closed.done() and not stop.is_set():
                await self._step(link)
            return link.closed.result() if link.closed.done() else "stopped"
        finally:
            forget()
            stopping.cancel()
            await link.close()

    # --- what comes in ---------------------------------------------------------------------------

    def _hear(self, message: Incoming) -> None:
        if message.retained:
            # Never meant for now: somebody else left it at the broker.
            log.warning("ignored a retained message", extra={"action": "retained-ignored"})
            self._retained.add(message.topic)
            self._wake.set()
            return
        try:
            what = parse_dn(message.topic).what
            if what is Downlink.ACK:
                ack = Ack.from_bytes(message.payload)
                if ack.run == self._outbox.run:
                    self._acks.append(ack)
            elif what is Downlink.HELLO:
                self._hear_answer(HelloAnswer.from_bytes(message.payload))
            else:
                self._host.on_down(DownMessage(what=what, payload=message.payload))
        except (InvalidMessage, InvalidTopic) as error:
            log.warning("ignored a message: %s", error, extra={"action": "message-ignored"})
        self._wake.set()

    def _hear_answer(self, answer: HelloAnswer) -> None:
        if answer.run != self._outbox.run:
            return
        if answer.verdict is Verdict.AGAIN:
            self._greet_again(0.0)
        elif self._greeting:
            self._answer = answer

    def _note_appended(self) -> None:
        self._appended = True
        self._wake.set()

    def _note_unheard(self, published: asyncio.Future[Published]) -> None:
        """The broker may say that nobody listens: then no hub has it, and one may be back soon."""
        if not published.cancelled() and published.exception() is None:
            self._unheard |= published.result().reason == NO_MATCHING_SUBSCRIBERS
            if self._unheard:
                self._wake.set()

    def _take_unheard(self, now_s: float) -> None:
        self._unheard = False
        wait_s = UNHEARD_SHARE * max(self.spread_s, SPREAD_S) * self._rng.uniform(0.5, 1.5)
        if self._greeting:
            self._hello_due_s = min(self._hello_due_s, now_s + wait_s)
        else:
            self._greet_again(wait_s)

    def _greet_again(self, in_s: float) -> None:
        if not self._greeting:
            self._greeting = True
            self._hello_tries = 0
            self._hello_due_s = self._clock.monotonic_s() + in_s

    # --- one turn --------------------------------------------------------------------------------

    async def _step(self, link: MqttLink) -> None:
        """Take what came, send what may go, then sleep until something happens or is due."""
        self._wake.clear()
        if self._acks:
            await self._take_acks()
        if self._retained:
            await self._tell_retained()
        if self._answer is not None:
            answer, self._answer = self._answer, None
            await self._take_answer(answer)
        now_s = self._clock.monotonic_s()
        if self._unheard:
            self._take_unheard(now_s)
        if self._greeting:
            if now_s >= self._hello_due_s:
                await self._greet(link, now_s)
            due_s = self._hello_due_s
        else:
            if self._window.expire(now_s) >= HELLO_AFTER_TRIES:
                self._greet_again(0.0)
                return
            await self._fill_window(link)
            if now_s - self._spoke_s >= self._settings.heartbeat_s:
                await self._publish_hello(link)
            due_s = min(self._window.next_due_s() or now_s + LOOK_AGAIN_S, now_s + LOOK_AGAIN_S)
        await self._sleep(due_s - self._clock.monotonic_s())

    async def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        handle = asyncio.get_running_loop().call_later(seconds, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            handle.cancel()

    async def _take_acks(self) -> None:
        acks, self._acks = self._acks, []
        now_s = self._clock.monotonic_s()
        noted = []
        for ack in acks:
            key = (ack.epoch, ack.lane)
            self._window.credit = ack.credit
            self._window.hold(key, ack.held, now_s)
            if ack.ranges:
                confirmed = self._window.land(key, ack.ranges, now_s)
                noted.append(Acknowledged(key=key, ranges=ack.ranges, losses_until=confirmed))
        if noted:
            reach(Failpoint.EDGE_BEFORE_NOTING)
            await asyncio.to_thread(self._outbox.acknowledge, *noted)

    async def _tell_retained(self) -> None:
        """Somebody should take them away: each comes again with every connection."""
        found, self._retained = sorted(self._retained), set()
        if await asyncio.to_thread(self._has_told, RETAINED_ALARM):
            return
        alarm = Alarm(
            alarm=RETAINED_ALARM,
            subject=self._broker,
            state=AlarmState.RAISED,
            at=self._clock.now(),
            detail=f"ignored; take it away at the broker: {', '.join(found)}",
        )
        await asyncio.to_thread(self._outbox.append, alarm)

    def _has_told(self, alarm: str) -> bool:
        """Whether this alarm still stands in the outbox, sent or not."""
        with self._outbox.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM outbox WHERE epoch=? AND lane=? AND instr(body, ?) > 0 LIMIT 1",
                (self._outbox.epoch, Lane.ALERT, f'"{alarm}"'),
            ).fetchone()
        return row is not None

    # --- hello -----------------------------------------------------------------------------------

    async def _greet(self, link: MqttLink, now_s: float) -> None:
        await self._publish_hello(link)
        bound_s = min(HELLO_AGAIN_CAP_S, HELLO_AGAIN_FIRST_S * 2.0**self._hello_tries)
        self._hello_tries += 1
        self._hello_due_s = now_s + bound_s * self._rng.uniform(0.75, 1.25)

    async def _publish_hello(self, link: MqttLink) -> None:
        """Says hello; where nothing is asked by it, that a quiet device is still here."""
        hello = await asyncio.to_thread(self._hello)
        settings = self._settings
        topic = up_topic(settings.tenant, settings.store, settings.device, None)
        link.publish(topic, hello.to_bytes()).add_done_callback(self._note_unheard)
        self._spoke_s = self._clock.monotonic_s()

    def _hello(self) -> Hello:
        epoch, nonce, runs_before = self._outbox.identity()
        with self._outbox.reading() as connection:
            desired_version = load_shadow(connection).desired_version
        stamp = self._clock.stamp()
        return Hello(
            device=self._settings.device,
            epoch=epoch,
            nonce=nonce,
            run=self._outbox.run,
            runs_before=runs_before,
            lanes=tuple(self._outbox.lane_states()),
            agent_version=self._settings.agent_version,
            boot_id=stamp.boot_id,
            monotonic_ms=stamp.monotonic_ms,
            wall_at=stamp.wall_at,
            clock=stamp.clock,
            desired_version=desired_version,
            anchors=self._outbox.anchors(),
        )

    async def _take_answer(self, answer: HelloAnswer) -> None:
        self.spread_s = answer.spread_s
        self._clock.learn(answer.hub_at)
        now_s = self._clock.monotonic_s()
        if answer.verdict is Verdict.FENCED:
            self._hello_due_s = now_s + FENCED_WAIT_S * self._rng.uniform(0.75, 1.25)
            self._say(
                LinkState.FENCED,
                "another copy of this device is alive at the hub; nothing is sent, everything is"
                " kept: find and stop the copy",
            )
            return
        if answer.verdict is Verdict.RENEW:
            await asyncio.to_thread(self._outbox.renew, answer.epoch)
            self._hello_due_s = now_s
            return
        settlement = await asyncio.to_thread(self._outbox.settle, answer)
        if settlement.renewed:
            self._hello_due_s = now_s
            return
        self._window.credit = answer.credit
        self._window.trust(answer.held_every_s)
        self._known_next = await asyncio.to_thread(self._outbox.next_seqs)
        self._window.restart(await asyncio.to_thread(self._outbox.waiting))
        self._greeting = False
        self.was_online = True
        self._say(LinkState.ONLINE, desired_version=answer.desired_version)

    def _say(self, state: LinkState, detail: str = "", *, desired_version: int = 0) -> None:
        log.info("link is %s %s", state.value, detail, extra={"action": f"link-{state.value}"})
        self._host.on_status(
            LinkStatus(
                state=state, detail=detail, broker=self._broker, desired_version=desired_version
            )
        )

    # --- batches ---------------------------------------------------------------------------------

    async def _fill_window(self, link: MqttLink) -> None:
        await self._notice_appended()
        while not self._acks and (chosen := self._window.pick()) is not None:
            key, span, tries = chosen
            if tries:
                self.resent += 1
            try:
                await self._send(link, key, span)
            except NotConnected:
                # The loop above sees that the link has closed.
                return

    async def _notice_appended(self) -> None:
        now_s = self._clock.monotonic_s()
        if not self._appended and now_s < self._looked_s + LOOK_AGAIN_S:
            return
        self._appended, self._looked_s = False, now_s
        for key, following in (await asyncio.to_thread(self._outbox.next_seqs)).items():
            known = self._known_next.get(key, 1)
            if following > known:
                self._window.appended(key, known, following - 1)
            self._known_next[key] = following

    async def _send(self, link: MqttLink, key: LaneKey, span: Range) -> None:
        try:
            outgoing, message, count = await asyncio.to_thread(
                self._cut, key, span, link.max_packet_bytes
            )
        except RecordTooBig as error:
            await self._refuse_oversize(key, span[0], str(error))
            return
        if not count:
            await self._correct(key, span, outgoing)
            return
        settings = self._settings
        topic = up_topic(settings.tenant, settings.store, settings.device, key[1])
        reach(Failpoint.EDGE_BEFORE_PUBLISH)
        link.publish(topic, message).add_done_callback(self._note_unheard)
        self._spoke_s = self._clock.monotonic_s()
        self._window.launch(
            key,
            (span[0], span[0] + count - 1),
            now_s=self._spoke_s,
            losses_until=max((loss.last for loss in outgoing.lost), default=0),
        )

    def _cut(
        self, key: LaneKey, span: Range, max_packet_bytes: int | None
    ) -> tuple[Outgoing, bytes, int]:
        """A batch from the front of `span`, with how many records it took; none when the first of
        them is gone. One trip to a thread for reading and packing. Raises RecordTooBig."""
        epoch, lane = key
        outgoing = self._outbox.read(key, *span)
        if not outgoing.records:
            return outgoing, b"", 0
        limit = MAX_PAYLOAD_BYTES
        if max_packet_bytes is not None:
            header_bytes = HEADER_BYTES + LOSS_BYTES * len(outgoing.lost)
            limit = max(1, min(limit, max_packet_bytes - header_bytes))
        message, count = encode_batch(
            outgoing.records,
            BatchOrigin(
                device=self._settings.device,
                run=self._outbox.run,
                epoch=epoch,
                lane=lane,
                base=outgoing.base,
                next_seq=outgoing.next_seq,
                lost=outgoing.lost,
            ),
            max_payload_bytes=limit,
        )
        return outgoing, message, count

    async def _correct(self, key: LaneKey, span: Range, outgoing: Outgoing) -> None:
        """Some of the range was evicted meanwhile, or its bytes changed on disk."""
        if outgoing.is_damaged:
            await asyncio.to_thread(self._outbox.give_up, key, span[0], DAMAGED)
        waiting = await asyncio.to_thread(self._outbox.waiting)
        self._window.correct(key, waiting.get(key, []))

    async def _refuse_oversize(self, key: LaneKey, seq: int, detail: str) -> None:
        """This broker takes no packet so large. A sale waits for another broker; nothing behind it
        does."""
        log.error("%s", detail, extra={"action": "record-too-big"})
        self._window.skip(key, (seq, seq))
        if key[1] is not Lane.SALE:
            await asyncio.to_thread(self._outbox.give_up, key, seq, OVERSIZE)
            return
        alarm = Alarm(
            alarm="record-too-big",
            subject=f"{key[0]}/{int(key[1])}/{seq}",
            state=AlarmState.RAISED,
            at=self._clock.now(),
            detail=detail,
        )
        await asyncio.to_thread(self._outbox.append, alarm)
