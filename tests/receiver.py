"""The receiving half of the protocol, kept in memory: what a hub must do, in its shortest form.

It lets tests of the link decide what is lost, refused or late; the real hub has tests of its own.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from sync.core.arrivals import RangeSet
from sync.core.clock import SystemClock
from sync.events import Lane
from sync.link.listener import Heard, MqttListener
from sync.wire.batch import decode_batch
from sync.wire.messages import Ack, Hello, HelloAnswer, LaneKnown, LiveEpoch, Verdict, judge_hello
from sync.wire.topics import Downlink, dn_topic, parse_up

Key = tuple[int, Lane]


@dataclass
class Receiver:
    """One device's books at the hub."""

    rows: dict[tuple[int, int, int], dict] = field(default_factory=dict)
    received: dict[Key, RangeSet] = field(default_factory=dict)
    lost: dict[Key, RangeSet] = field(default_factory=dict)
    claimed: dict[Key, int] = field(default_factory=dict)
    live: LiveEpoch | None = None
    silent_s: float = 0.0
    resent: int = 0
    hellos: int = 0
    order: list[tuple[int, int, int]] = field(default_factory=list)
    drop_acks: int = 0
    drop_batches: int = 0
    arrived: Counter = field(default_factory=Counter)
    spread_s: float = 0.2
    listener: MqttListener | None = None

    async def serve(self, listener: MqttListener) -> None:
        async for heard in listener:
            self.take(heard)

    def take(self, heard: Heard) -> None:
        topic = parse_up(heard.topic)
        reply = {"tenant": topic.tenant, "store": topic.store, "device": topic.device}
        if topic.lane is None:
            answer = self.answer(Hello.from_bytes(heard.payload))
            heard.reply(dn_topic(**reply, what=Downlink.HELLO), answer.to_bytes())
        elif self.drop_batches > 0:
            self.drop_batches -= 1
        else:
            ack = self.store(heard.payload)
            if ack is None:
                again = HelloAnswer(
                    run=decode_batch(heard.payload).header.run,
                    verdict=Verdict.AGAIN,
                    epoch=self.live.epoch if self.live else 1,
                    hub_at=SystemClock().now(),
                )
                heard.reply(dn_topic(**reply, what=Downlink.HELLO), again.to_bytes())
            elif self.drop_acks > 0:
                self.drop_acks -= 1
            else:
                heard.reply(dn_topic(**reply, what=Downlink.ACK), ack.to_bytes())
        heard.done()

    def answer(self, hello: Hello) -> HelloAnswer:
        self.hellos += 1
        live = self.live
        if live is not None:
            live = LiveEpoch(
                epoch=live.epoch, nonce=live.nonce, run=live.run, silent_s=self.silent_s
            )
        verdict, epoch = judge_hello(hello, live)
        if verdict is Verdict.WELCOME:
            self.live = LiveEpoch(epoch=hello.epoch, nonce=hello.nonce, run=hello.run, silent_s=0.0)
            for lane in hello.lanes:
                self._claim((lane.epoch, lane.lane), lane.next - 1, lane.lost)
        return HelloAnswer(
            run=hello.run,
            verdict=verdict,
            epoch=epoch,
            lanes=tuple(self._known(key) for key in sorted(self.claimed)),
            hub_at=SystemClock().now(),
            spread_s=self.spread_s,
        )

    def _claim(self, key: Key, produced: int, lost) -> None:
        self.claimed[key] = max(self.claimed.get(key, 0), produced)
        for loss in lost:
            self.lost.setdefault(key, RangeSet()).add(loss.first, loss.last)

    def _known(self, key: Key) -> LaneKnown:
        done = self.received.get(key, RangeSet()).copy()
        for first, last in self.lost.get(key, RangeSet()):
            done.add(first, last)
        highest = max(self.claimed[key], done.highest())
        return LaneKnown(
            epoch=key[0],
            lane=key[1],
            watermark=done.watermark(),
            highest=highest,
            missing=tuple(done.missing(1, highest)),
        )

    def store(self, payload: bytes) -> Ack | None:
        batch = decode_batch(payload)
        header = batch.header
        if self.live is None or header.run != self.live.run:
            return None
        key = (header.epoch, header.lane)
        fresh = self.received.setdefault(key, RangeSet()).add(header.first, header.last)
        self.resent += header.n - fresh
        self._claim(key, header.next - 1, header.lost)
        for record in batch.records:
            identity = (header.epoch, int(header.lane), record.seq)
            self.arrived[identity] += 1
            if identity not in self.rows:
                self.rows[identity] = record.body
                self.order.append(identity)
        return Ack(
            run=header.run,
            epoch=header.epoch,
            lane=header.lane,
            ranges=((header.first, header.last),),
        )

    def total(self) -> int:
        return len(self.rows)

    async def until(self, count: int, seconds: float = 20.0) -> None:
        async with asyncio.timeout(seconds):
            while self.total() < count:
                await asyncio.sleep(0.01)
