"""A bad network between two real programs: a TCP proxy that delays, cuts and swallows."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536


class FaultyProxy:
    """Forwards 127.0.0.1:`port` to a target, as badly as it is told to.

    `delay_s` is added one way, each way; `to_target_bytes` and `to_client_bytes` count what went
    through. Its faults may be changed while connections are open.
    """

    def __init__(self, target_host: str, target_port: int, *, port: int = 0) -> None:
        self.port = port
        self.delay_s = 0.0
        self.connections = 0
        self.to_target_bytes = 0
        self.to_client_bytes = 0
        self._target = (target_host, target_port)
        self._swallows = False
        self._swallows_answers = False
        self._is_cut = False
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen; `port` is known from now on."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening and close everything."""
        if self._server is not None:
            self._server.close()
        self._close_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection and refuse new ones, until `restore`."""
        self._is_cut = True
        self._close_all()

    def reset(self) -> None:
        """Reset every connection; new ones are let through."""
        self._close_all()

    def black_hole(self) -> None:
        """Swallow every byte and say nothing: no FIN, no RST, until `restore`."""
        self._swallows = True

    def swallow_answers(self) -> None:
        """Swallow what comes from the target and let the rest through, until `restore`."""
        self._swallows_answers = True

    def half_close(self) -> None:
        """End the direction to the clients of every open connection; the other stays open."""
        for writer in list(self._open):
            with suppress(OSError, RuntimeError):
                writer.write_eof()

    def restore(self) -> None:
        """Be a good network again. What was swallowed stays swallowed: those connections end."""
        if self._swallows or self._swallows_answers:
            self._close_all()
        self._is_cut = False
        self._swallows = False
        self._swallows_answers = False

    def _close_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self.connections += 1
        pair = (writer, far_writer)
        self._open.update(pair)
        tasks = [
            asyncio.create_task(self._pump(reader, far_writer, to_target=True)),
            asyncio.create_task(self._pump(far_reader, writer, to_target=False)),
        ]
        self._tasks.update(tasks)
        for task in tasks:
            task.add_done_callback(self._tasks.discard)
        await asyncio.gather(*tasks, return_exceptions=True)
        self._open.difference_update(pair)
        for end in pair:
            end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_target: bool
    ) -> None:
        """Forward one direction. Delayed chunks keep their order and do not wait for each other."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sender = asyncio.create_task(self._send_when_due(due, writer, to_target=to_target))
        loop = asyncio.get_running_loop()
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                if not self._is_swallowed(to_target=to_target):
                    due.put_nowait((loop.time() + self.delay_s, chunk))
        except OSError:
            writer.transport.abort()
        finally:
            due.put_nowait((0.0, b""))
            await sender

    def _is_swallowed(self, *, to_target: bool) -> bool:
        return self._swallows or (self._swallows_answers and not to_target)

    async def _send_when_due(
        self,
        due: asyncio.Queue[tuple[float, bytes]],
        writer: asyncio.StreamWriter,
        *,
        to_target: bool,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at_s, chunk = await due.get()
            if not chunk:
                break
            await asyncio.sleep(max(0.0, at_s - loop.time()))
            if self._is_swallowed(to_target=to_target):
                continue
            if to_target:
                self.to_target_bytes += len(chunk)
            else:
                self.to_client_bytes += len(chunk)
            with suppress(OSError, RuntimeError):
                writer.write(chunk)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()
