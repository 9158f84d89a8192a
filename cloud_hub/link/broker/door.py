"""The embedded broker's door: every connection says who it is here, and only what passed goes on.

The door reads the CONNECT itself, within a bound of bytes and time, and checks in this order: name
and password, client id, session, will, room. Nothing of a refused one is kept. The broker behind it
listens nowhere; it is given the CONNECT written anew, under a client id that the door made of the
chain, the device and a number, so that no session is ever met twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.link.broker.caller import Caller, Identities
from cloud_hub.link.broker.client_packets import GuardedReader, GuardedWriter, PacketRules
from cloud_hub.link.broker.connect_packet import Connect, Will, connect_bytes, read_connect
from cloud_hub.link.broker.crowd import Crowd, Visitor
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.refusals import ANSWERS, BROKEN_RULES, LinkRefusal, RefusalLog
from sync.wire.batch import MAX_PAYLOAD_BYTES

CONNECT_TIMEOUT_S = 5.0
CHECK_TIMEOUT_S = 10.0
CHECKS_AT_ONCE = 4
CLOSE_TIMEOUT_S = 2.0
ENDED_EVERY_S = 2.0
MOST_WILL_BYTES = 8 * 1024
MOST_PACKET_BYTES = 2 * MAX_PAYLOAD_BYTES
"""Of a device: the largest batch twice."""
MOST_HUB_PACKET_BYTES = 16 * 1024 * 1024
"""Of the hub itself, whose answers may be long."""
LONGEST_KEEPALIVE_S = 600
PATIENCE = 1.5
"""Keepalives until who is silent is gone. Source: MQTT 3.1.1, section 3.1.2.10."""


class Rooms(Protocol):
    """The broker behind the door."""

    async def serve(self, client_id: str, reader: GuardedReader, writer: GuardedWriter) -> None:
        """Serves one connection to its end, and forgets it."""


class Doorkeeper(Protocol):
    """Who is told what happens at the door."""

    async def left(self, device: DeviceIdentity) -> None:
        """A device's last connection has ended."""

    async def ended(self, inside: Sequence[DeviceIdentity]) -> Sequence[DeviceIdentity]:
        """Which of those inside may be inside no more."""

    async def broke(self, device: DeviceIdentity, refusal: LinkRefusal) -> None:
        """A device did what no agent does."""


@dataclass(slots=True, kw_only=True)
class Door:
    """Lets connections in. `is_held` says whether a device, by the client id that the broker knows,
    is to wait with what it sends."""

    identities: Identities
    rooms: Rooms
    keeper: Doorkeeper
    crowd: Crowd
    is_held: Callable[[str], bool] = lambda _: False
    refusals: RefusalLog = field(default_factory=lambda: RefusalLog(time.monotonic))
    callers: dict[str, Caller] = field(default_factory=dict)
    """Who is inside, by the client id that the broker knows."""
    _numbers: Iterator[int] = field(default_factory=count)
    _checks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CHECKS_AT_ONCE))
    _telling: set[asyncio.Task[None]] = field(default_factory=set)
    _serving: set[asyncio.Task[object]] = field(default_factory=set)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its last."""
        peer = writer.get_extra_info("peername")
        visitor = Visitor(address=str(peer[0]) if peer else "", writer=writer)
        if (task := asyncio.current_task()) is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            said = await self._listen_to(visitor, reader)
            if isinstance(said, LinkRefusal):
                self._refuse(visitor, said)
                return
            caller = await self._identify(said)
            if isinstance(caller, LinkRefusal):
                self._refuse(visitor, caller, said.user)
            elif (refusal := self._against(caller, said, visitor)) is not None:
                self._refuse(visitor, refusal, said.user)
                self._tell(caller, refusal)
            else:
                await self._let_in(caller, said, visitor, reader)
        finally:
            writer.close()
            # What was written is sent first, but nobody waits for ever until it is read.
            asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, writer.transport.abort)

    async def _listen_to(
        self, visitor: Visitor, reader: asyncio.StreamReader
    ) -> Connect | LinkRefusal:
        for gone in self.crowd.arrive(visitor):
            self.refusals.note(LinkRefusal.CROWDED_OUT, gone.address)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                said = await read_connect(reader)
        except TimeoutError:
            return LinkRefusal.SLOW
        finally:
            self.crowd.has_spoken(visitor)
        return LinkRefusal.CROWDED_OUT if visitor.is_sent_away else said

    async def _identify(self, said: Connect) -> Caller | LinkRefusal:
        if self.crowd.checking >= self.crowd.room.checking:
            return LinkRefusal.BUSY
        self.crowd.checking += 1
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S), self._checks:
                caller = await self.identities.identify(said.user, said.password)
        except (TimeoutError, SQLAlchemyError):
            return LinkRefusal.UNCHECKED
        finally:
            self.crowd.checking -= 1
        return caller or LinkRefusal.WRONG_PASSWORD

    def _against(self, caller: Caller, said: Connect, visitor: Visitor) -> LinkRefusal | None:
        if not caller.owns(said.client_id):
            return LinkRefusal.CLIENT_ID
        if not said.is_clean:
            return LinkRefusal.KEPT_SESSION
        if (refusal := _against_will(caller, said.will)) is not None:
            return refusal
        return self.crowd.refuse(caller, visitor, said.client_id)

    async def _let_in(
        self, caller: Caller, said: Connect, visitor: Visitor, reader: asyncio.StreamReader
    ) -> None:
        inner_id = f"{caller.key}.{next(self._numbers)}"

        def broken(refusal: LinkRefusal) -> None:
            self.refusals.note(refusal, visitor.address, said.user)
            self._tell(caller, refusal)

        # The door watches over silence; the broker would cut a packet in two.
        inner = replace(said, client_id=inner_id, user=caller.key, password="", keepalive_s=0)
        rules = self._rules(caller, inner_id, said.keepalive_s, broken)
        guarded = GuardedReader(reader, connect_bytes(inner), rules)
        self.crowd.enter(caller, visitor, said.client_id)
        self.callers[inner_id] = caller
        try:
            await self.rooms.serve(inner_id, guarded, GuardedWriter(visitor.writer, broken))
        finally:
            del self.callers[inner_id]
            self.crowd.leave(caller, visitor, said.client_id)
            if caller.device is not None and not self.crowd.holds(caller):
                self._soon(self.keeper.left(caller.device))

    def _rules(
        self,
        caller: Caller,
        inner_id: str,
        keepalive_s: int,
        broken: Callable[[LinkRefusal], None],
    ) -> PacketRules:
        is_hub = caller.device is None
        promised_s = min(keepalive_s or LONGEST_KEEPALIVE_S, LONGEST_KEEPALIVE_S)
        return PacketRules(
            most_bytes=MOST_HUB_PACKET_BYTES if is_hub else MOST_PACKET_BYTES,
            silence_s=PATIENCE * promised_s,
            is_held=lambda: not is_hub and self.is_held(inner_id),
            on_broken=broken,
        )

    def _refuse(self, visitor: Visitor, refusal: LinkRefusal, name: str = "") -> None:
        if refusal is not LinkRefusal.CROWDED_OUT:
            self.refusals.note(refusal, visitor.address, name)
        visitor.writer.write(ANSWERS.get(refusal, b""))

    def _tell(self, caller: Caller, refusal: LinkRefusal) -> None:
        if caller.device is not None and refusal in BROKEN_RULES:
            self._soon(self.keeper.broke(caller.device, refusal))

    def _soon(self, telling: Awaitable[None]) -> None:
        task = asyncio.ensure_future(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def keep_out(self) -> None:
        """Every few seconds ends the connections of devices whose way in was taken back, until
        cancelled."""
        while True:
            await asyncio.sleep(ENDED_EVERY_S)
            inside = {caller.key: caller.device for caller in self.callers.values()}
            devices = [device for device in inside.values() if device is not None]
            if devices:
                gone = await self.keeper.ended(devices)
                self.crowd.send_away({Caller(device=device).key for device in gone})

    async def close(self) -> None:
        """Ends every connection, and waits until it is noted."""
        self.crowd.send_everybody_away()
        if self._serving:
            await asyncio.wait(self._serving, timeout=CLOSE_TIMEOUT_S)
        if self._telling:
            await asyncio.gather(*self._telling, return_exceptions=True)


def _against_will(caller: Caller, will: Will | None) -> LinkRefusal | None:
    if will is None:
        return None
    if not caller.may_publish(will.topic):
        return LinkRefusal.WILL_TOPIC
    return LinkRefusal.WILL_SIZE if len(will.payload) > MOST_WILL_BYTES else None
