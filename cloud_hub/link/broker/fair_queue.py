"""A queue in which nobody waits behind all that one sender has sent: senders take turns."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class FairQueue(Generic[T]):
    """First in, first out for each sender; one of each sender in turn."""

    _of: dict[str, deque[T]] = field(default_factory=dict)
    _count: int = 0

    def __len__(self) -> int:
        """How many wait."""
        return self._count

    def __iter__(self) -> Iterator[T]:
        """All that wait, sender by sender."""
        for queue in self._of.values():
            yield from queue

    def put(self, sender: str, one: T) -> None:
        """One more of a sender; a new one has its turn after those that wait already."""
        self._of.setdefault(sender, deque()).append(one)
        self._count += 1

    def take(self) -> T:
        """The next. Raises LookupError where none waits."""
        if not self._of:
            raise LookupError("nothing waits")
        sender = next(iter(self._of))
        queue = self._of.pop(sender)
        one = queue.popleft()
        if queue:
            self._of[sender] = queue
        self._count -= 1
        return one
