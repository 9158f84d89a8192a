"""Who stands at the door and who is inside: counted, and never more than there is room for."""

import asyncio
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field

from cloud_hub.link.broker.caller import Caller
from cloud_hub.link.broker.refusals import LinkRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many connections there may be: `unread`, whose CONNECT has not come yet; `checking`,
    whose password is being looked up; `inside`; of one address; and of one device."""

    unread: int = 64
    unread_of_address: int = 48
    checking: int = 64
    inside: int = 480
    inside_of_address: int = 400
    inside_of_device: int = 8


@dataclass(eq=False, slots=True, kw_only=True)
class Visitor:
    """One connection. `is_sent_away` once it had to make room for others."""

    address: str
    writer: asyncio.StreamWriter
    is_sent_away: bool = False

    def send_away(self) -> None:
        """Ends it now, unread and unanswered."""
        self.is_sent_away = True
        self.writer.transport.abort()


@dataclass(slots=True, kw_only=True)
class Crowd:
    """All connections of one door."""

    room: Room
    checking: int = 0
    _unread: dict[Visitor, None] = field(default_factory=dict)
    _inside: dict[tuple[str, str], Visitor] = field(default_factory=dict)
    _of_device: Counter[str] = field(default_factory=Counter)
    _of_address: Counter[str] = field(default_factory=Counter)

    def arrive(self, visitor: Visitor) -> list[Visitor]:
        """One more that has not said who it is; whom it makes leave: the one that has stood there
        longest, since an honest one says it at once."""
        of_address = [one for one in self._unread if one.address == visitor.address]
        gone = []
        if len(of_address) >= self.room.unread_of_address:
            gone.append(of_address[0])
        elif len(self._unread) >= self.room.unread:
            gone.append(next(iter(self._unread)))
        for one in gone:
            one.send_away()
            self._unread.pop(one)
        self._unread[visitor] = None
        return gone

    def has_spoken(self, visitor: Visitor) -> None:
        """It has said who it is, or will not any more."""
        self._unread.pop(visitor, None)

    def refuse(self, caller: Caller, visitor: Visitor, client_id: str) -> LinkRefusal | None:
        """Why there is no room for it; the hub itself always finds some, and who comes again under
        the same client id takes its own place."""
        if caller.device is None or (caller.key, client_id) in self._inside:
            return None
        if self._of_device[caller.key] >= self.room.inside_of_device:
            return LinkRefusal.TOO_MANY
        is_full = len(self._inside) >= self.room.inside
        if is_full or self._of_address[visitor.address] >= self.room.inside_of_address:
            return LinkRefusal.FULL
        return None

    def enter(self, caller: Caller, visitor: Visitor, client_id: str) -> None:
        """It comes in. Whoever of the same device is inside under the same client id goes."""
        if (before := self._inside.get((caller.key, client_id))) is not None:
            before.send_away()
            self.leave(caller, before, client_id)
        self._inside[caller.key, client_id] = visitor
        self._of_device[caller.key] += 1
        self._of_address[visitor.address] += 1

    def leave(self, caller: Caller, visitor: Visitor, client_id: str) -> None:
        """It has left; nothing where it did before."""
        if self._inside.get((caller.key, client_id)) is not visitor:
            return
        del self._inside[caller.key, client_id]
        for counter, key in ((self._of_device, caller.key), (self._of_address, visitor.address)):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]

    def holds(self, caller: Caller) -> bool:
        """Whether this device still has a connection."""
        return self._of_device[caller.key] > 0

    def send_away(self, keys: Set[str]) -> None:
        """Ends every connection of these callers."""
        for (key, _), visitor in list(self._inside.items()):
            if key in keys:
                visitor.send_away()

    def send_everybody_away(self) -> None:
        """Ends every connection."""
        for visitor in (*self._unread, *self._inside.values()):
            visitor.send_away()
