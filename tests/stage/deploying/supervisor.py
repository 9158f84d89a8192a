"""A supervisor's socket, and what a program told it."""

import socket
from pathlib import Path
from types import TracebackType

PATIENCE_S = 120.0


class SupervisorSocket:
    """A real datagram socket, as systemd opens one for each of its services."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))

    def __enter__(self) -> "SupervisorSocket":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self.path.unlink()

    def environment(self, watchdog_s: float = 0.6) -> dict[str, str]:
        """What a program finds that is started by this supervisor."""
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(round(watchdog_s * 1e6))}

    def next(self, within_s: float = PATIENCE_S) -> list[str] | None:
        """The lines of the next message; None where none comes."""
        self._socket.settimeout(within_s)
        try:
            return self._socket.recv(4096).decode().split("\n")
        except TimeoutError:
            return None

    def until(self, word: str) -> list[str]:
        """The lines of the first message in which `word` is one."""
        while (lines := self.next()) is not None:
            if word in lines:
                return lines
        raise AssertionError(f"{word} was not told")

    def drain(self) -> list[list[str]]:
        """What has been told by now."""
        told = []
        while (lines := self.next(within_s=0.001)) is not None:
            told.append(lines)
        return told
