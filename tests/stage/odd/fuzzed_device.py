"""A till's or a cart's whole agent in this process, asked over its sockets with bytes that no HTTP
client would send; and whatever it logs as an error."""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from edge_agent.agent import run_agent
from edge_agent.settings import load_settings
from sync.core.clock import ManualClock
from tests.stage.odd.raw_http import RawAnswer
from tests.stage.servers import unused_port

NOW = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
PATIENCE_S = 2.0
TROUBLE = 500
FULL = 507
"""Disk full is the one answer above 500 that a till may give, and says nothing was recorded."""
BEFORE_THE_API = (400, 417)
"""What is no HTTP, or expects what HTTP does not know, is refused in plain text."""

PROFILE = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-{kind}"
kind = "{kind}"
time_zone = "Asia/Shanghai"
outbox_quota_mb = 4096
page_port = {page}

[till]
port = {api}
workstation_id = "till-1"
currency = "CNY"

[[products]]
gtin = "95200000000019"
name = {{ en = "Pears", zh = "梨" }}
brand_id = "fresh"
category = {{ en = "Fruit", zh = "水果" }}
sold_by_weight = true
item_code = "12345"
"""


class Errors(logging.Handler):
    """Keeps what is logged with a traceback, or as an error."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.levelno >= logging.ERROR:
            self.kept.append(logging.Formatter().format(record))


@dataclass(slots=True)
class FuzzedDevice:
    """`api` and `page` are the ports of its two servers."""

    api: int
    page: int
    errors: Errors
    _runner: asyncio.Runner
    waited: list[bytes] = field(default_factory=list)
    _open: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(
        default_factory=dict
    )

    def ask(self, request: bytes, port: int) -> RawAnswer | None:
        """What is answered to these bytes; None where the connection was closed without a word. One
        that is kept open is used again."""
        return self._runner.run(self._ask(request, port))

    async def _ask(self, request: bytes, port: int) -> RawAnswer | None:
        if port not in self._open:
            self._open[port] = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = self._open[port]
        try:
            async with asyncio.timeout(PATIENCE_S):
                writer.write(request)
                answer = await _answer(reader, is_head=request.startswith(b"HEAD"))
        except TimeoutError:
            # It waits for what this request says will come.
            self.waited.append(request)
            answer = None
        except (ConnectionError, asyncio.IncompleteReadError):
            answer = None
        if answer is None or reader.at_eof() or _is_last(answer):
            del self._open[port]
            writer.close()
        return answer

    def close(self) -> None:
        """Closes what is open."""
        for _, writer in self._open.values():
            writer.close()


async def _answer(reader: asyncio.StreamReader, *, is_head: bool) -> RawAnswer:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].split(b"\r\n")
    headers = {}
    for line in lines:
        name, _, text = line.partition(b":")
        headers[name.lower()] = text.strip()
    size = 0 if is_head else int(headers.get(b"content-length", 0))
    body = await reader.readexactly(size)
    return RawAnswer(status=int(first.split(b" ")[1]), headers=headers, body=body)


def _is_last(answer: RawAnswer) -> bool:
    """Whether the server closes after it, as it does after what was no HTTP."""
    return answer.status in BEFORE_THE_API or answer.headers.get(b"connection") == b"close"


def said_in_a_line(answer: RawAnswer) -> bool:
    """Whether what the API answers, if it refuses, is what docs/till-api.md promises."""
    if answer.status < 400 or not answer.body:
        return True
    if answer.status in BEFORE_THE_API and answer.headers[b"content-type"].startswith(b"text"):
        return True
    said = json.loads(answer.body)
    return list(said) == ["error"] and "\n" not in said["error"] and bool(said["error"])


@contextmanager
def fuzzed_device(folder: Path, kind: str) -> Iterator[FuzzedDevice]:
    """An agent of this kind (till, cart) at work in `folder`, without a hub."""
    api, page = unused_port(), unused_port()
    profile = folder / f"{kind}.toml"
    profile.write_text(PROFILE.format(kind=kind, api=api, page=page), encoding="utf-8")
    settings = load_settings(profile, folder / kind, None)
    errors = Errors()
    logging.getLogger().addHandler(errors)
    with asyncio.Runner() as runner:
        stop = asyncio.Event()

        async def start() -> asyncio.Task[None]:
            task = asyncio.create_task(
                run_agent(settings, clock=ManualClock(NOW), rng=Random(1), stop=stop)
            )
            while not task.done():
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", page)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    break
            return task

        running = runner.run(start())
        device = FuzzedDevice(api, page, errors, runner)
        try:
            yield device
        finally:

            async def end() -> None:
                device.close()
                stop.set()
                await running

            runner.run(end())
            logging.getLogger().removeHandler(errors)
