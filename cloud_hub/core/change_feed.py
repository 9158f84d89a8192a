"""Word that facts have changed, for pages that show them."""

import asyncio


class Changes:
    """Counts the commits that changed facts. `announce` and `wait` belong to the event loop."""

    def __init__(self) -> None:
        self.version = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def announce(self) -> None:
        """Facts have changed: wakes everybody who waits."""
        self.version += 1
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seen: int) -> int:
        """The version, as soon as it is another than `seen`."""
        while self.version == seen:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)
        return self.version
