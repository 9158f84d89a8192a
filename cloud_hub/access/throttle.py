"""Slows down who guesses passwords."""

from datetime import datetime, timedelta


class LoginThrottle:
    """Slows down guessing: after `free_tries` failures a name or an address waits, each failure
    doubling the wait up to `longest`."""

    def __init__(self, *, free_tries: int = 5, longest: timedelta = timedelta(minutes=15)) -> None:
        self._free_tries = free_tries
        self._longest = longest
        self._failures: dict[str, tuple[int, datetime]] = {}

    def wait_s(self, who: str, now: datetime) -> float:
        """Seconds that `who` must still wait; 0 when it may try."""
        failures, last_at = self._failures.get(who, (0, now))
        if failures < self._free_tries:
            return 0.0
        wait = min(timedelta(seconds=2 ** min(failures - self._free_tries, 20)), self._longest)
        return max(0.0, (last_at + wait - now).total_seconds())

    def failed(self, who: str, now: datetime) -> None:
        """Notes a failure; forgets old ones so that the list stays short."""
        if len(self._failures) >= 10_000:
            self._failures = {
                name: entry
                for name, entry in self._failures.items()
                if now - entry[1] < self._longest
            }
        self._failures[who] = (self._failures.get(who, (0, now))[0] + 1, now)

    def succeeded(self, who: str) -> None:
        """Forgets the failures of `who`."""
        self._failures.pop(who, None)
