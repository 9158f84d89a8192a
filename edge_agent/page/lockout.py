"""Keeps who guesses a code waiting, longer with each guess."""

from typing import Final

FREE_TRIES: Final = 5
FREE_TRIES_OF_ALL: Final = 30
LONGEST_WAIT_S: Final = 900.0
ADDRESSES_KEPT: Final = 1000
EVERYBODY: Final = ""


class Lockout:
    """Wrong codes, by the address that sent them and of all addresses together: after the free
    tries each doubles the wait, up to a quarter of an hour. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}

    def wait_s(self, address: str, now_s: float) -> float:
        """Seconds until this address may try; 0 when it may now."""
        own = self._wait_s(address, FREE_TRIES, now_s)
        return max(own, self._wait_s(EVERYBODY, FREE_TRIES_OF_ALL, now_s))

    def failed(self, address: str, now_s: float) -> None:
        """Notes a wrong code."""
        for who in (address, EVERYBODY):
            failures, _ = self._failures.pop(who, (0, 0.0))
            self._failures[who] = (failures + 1, now_s)
        if len(self._failures) > ADDRESSES_KEPT:
            self._failures.pop(next(iter(self._failures)))

    def succeeded(self, address: str) -> None:
        """Forgets what this address got wrong."""
        self._failures.pop(address, None)
        self._failures.pop(EVERYBODY, None)

    def _wait_s(self, who: str, free: int, now_s: float) -> float:
        failures, last_s = self._failures.get(who, (0, now_s))
        if failures < free:
            return 0.0
        wait_s = min(2.0 ** min(failures - free + 1, 20), LONGEST_WAIT_S)
        return max(0.0, last_s + wait_s - now_s)
