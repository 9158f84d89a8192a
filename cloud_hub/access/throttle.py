"""Slows down who guesses: passwords, claim tokens, API tokens."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, Protocol

TRIES_OF_ADDRESS: Final = 50
"""Failures of one address before it waits: a whole shop may stand behind one."""
REMEMBERED: Final = 10_000


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the /64 that one customer is given, else it itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 64), strict=False))


class LoginThrottle:
    """Slows down guessing: after `free_tries` failures a name or an address waits, each failure
    doubling the wait up to `longest`. Remembers the `remembered` that failed last, in the same
    room and time however long their names are and however many came."""

    def __init__(
        self,
        *,
        free_tries: int = 5,
        longest: timedelta = timedelta(minutes=15),
        remembered: int = REMEMBERED,
    ) -> None:
        self._free_tries = free_tries
        self._longest = longest
        self._remembered = remembered
        self._failures: OrderedDict[bytes, tuple[int, datetime]] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._failures)

    def wait_s(self, who: str, now: datetime) -> float:
        """Seconds that `who` must still wait; 0 when it may try."""
        failures, last_at = self._failures.get(_short(who), (0, now))
        if failures < self._free_tries:
            return 0.0
        wait = min(timedelta(seconds=2 ** min(failures - self._free_tries, 20)), self._longest)
        return max(0.0, (last_at + wait - now).total_seconds())

    def failed(self, who: str, now: datetime) -> None:
        """Notes a failure; forgets whose last one is the oldest."""
        key = _short(who)
        self._failures[key] = (self._failures.get(key, (0, now))[0] + 1, now)
        self._failures.move_to_end(key)
        if len(self._failures) > self._remembered:
            self._failures.popitem(last=False)

    def succeeded(self, who: str) -> None:
        """Forgets the failures of `who`."""
        self._failures.pop(_short(who), None)


def _short(who: str) -> bytes:
    return blake2b(who.encode(errors="surrogatepass"), digest_size=16).digest()


class Guess(Protocol):
    """One try: `pair` is who is tried from where, `address` from where alone."""

    @property
    def pair(self) -> str:
        """Who is tried from where."""

    @property
    def address(self) -> str:
        """From where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long who guesses must wait. By the pair of name and address, so that nobody can lock a
    colleague out from elsewhere; and by the address, patiently, because a whole shop may stand
    behind one."""

    pairs: LoginThrottle = field(default_factory=LoginThrottle)
    shops: LoginThrottle = field(default_factory=lambda: LoginThrottle(free_tries=TRIES_OF_ADDRESS))

    def wait_s(self, attempt: Guess, now: datetime) -> float:
        """Seconds until this may be tried; 0 when it may be now."""
        shop = network_of(attempt.address)
        return max(self.pairs.wait_s(attempt.pair, now), self.shops.wait_s(shop, now))

    def failed(self, attempt: Guess, now: datetime) -> None:
        """Notes a failure."""
        self.pairs.failed(attempt.pair, now)
        self.shops.failed(network_of(attempt.address), now)

    def succeeded(self, attempt: Guess) -> None:
        """Forgets the failures."""
        self.pairs.succeeded(attempt.pair)
        self.shops.succeeded(network_of(attempt.address))
