"""One code, guessed by anybody who reaches the device: after a few wrong ones it is not looked at
for a while, whoever brings it."""

from dataclasses import dataclass

FREE_TRIES = 5
LONGEST_S = 900.0


@dataclass(slots=True)
class CodeLock:
    """Each wrong code beyond FREE_TRIES doubles the wait, from 2 s up to LONGEST_S. Only a right
    one, or a start of the agent, makes it forget."""

    _failures: int = 0
    _until_s: float = 0.0

    def wait_s(self, now_s: float) -> float:
        """Seconds, from the monotonic `now_s` on, in which no code is looked at."""
        return max(0.0, self._until_s - now_s)

    def failed(self, now_s: float) -> None:
        """A wrong code came."""
        self._failures += 1
        if (beyond := self._failures - FREE_TRIES) >= 0:
            self._until_s = now_s + min(2.0 ** min(beyond + 1, 20), LONGEST_S)

    def succeeded(self) -> None:
        """The right code came."""
        self._failures, self._until_s = 0, 0.0
