"""The demonstration as a user starts it, played once for all tests of the day: today, and as if it
were another day, which `--at` names (`now` is today)."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from simulators.playback.stage import free_ports
from tests.any_day import NOW, moment_of

READY_WITHIN_S = 200.0
LASTS_S = 900
"""Longer than the tests take: they end it themselves."""
ZONE = "Europe/Berlin"
"""Where the machine stands that plays another day: a place in which clocks change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """A running demonstration: its folder, its process, and the hub's API under its read token."""

    folder: Path
    process: subprocess.Popen[bytes]
    http: httpx.Client
    stores: tuple[str, ...]
    ready_s: float
    ahead: timedelta

    def now(self) -> datetime:
        """What its clock says."""
        return datetime.now(UTC) + self.ahead

    def get(self, path: str, **query: object) -> Any:
        """A JSON document of the hub's API."""
        answer = self.http.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def truth(self) -> dict[str, Any]:
        """What is true now."""
        return json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))

    def problems(self) -> list[dict[str, Any]]:
        """Findings that somebody must do something about."""
        return [row for row in self.get("/findings") if row["severity"] != "information"]

    def until(self, what: str, is_so: Any, within_s: float = 60.0) -> None:
        """Returns as soon as `is_so()`; fails with `what` else."""
        deadline = time.monotonic() + within_s
        while not is_so():
            assert self.process.poll() is None, "the demonstration ended by itself"
            assert time.monotonic() < deadline, f"{what} did not happen in {within_s:g} s"
            time.sleep(0.5)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--at",
        action="append",
        metavar="MOMENT",
        help="play the demonstration as if it were then; may be repeated; `now` is today",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "demonstration" in metafunc.fixturenames:
        moments = metafunc.config.getoption("at", None)
        moments = moments or [NOW, moment_of(datetime.now(UTC).date())]
        metafunc.parametrize("demonstration", moments, indirect=True, scope="session")


def start(folder: Path, stores: int, at: str) -> Demonstration:
    """`aisle demo`, ready."""
    port = free_ports(1)[0]
    command = [sys.executable, "-m", "aisle", "demo", "--data", str(folder)]
    command += ["--stores", str(stores), "--http", f"127.0.0.1:{port}", "--for", str(LASTS_S)]
    environment = dict(os.environ)
    if at != NOW:
        command += ["--at", at]
        environment["TZ"] = ZONE
    begins_s = time.monotonic()
    with (folder.parent / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment)
    document = _ready(folder, process)
    http = httpx.Client(
        base_url=document["url"],
        headers={"Authorization": f"Bearer {document['token']}"},
        timeout=30.0,
    )
    return Demonstration(
        folder=folder,
        process=process,
        http=http,
        stores=tuple(document["stores"]),
        ready_s=time.monotonic() - begins_s,
        ahead=timedelta(seconds=document["clock_ahead_s"]),
    )


def _ready(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        said = (folder.parent / "said.txt").read_text(errors="replace")
        assert process.poll() is None, f"aisle demo ended by itself: {said[-2000:]}"
        if (folder / "demo.json").is_file():
            document = json.loads((folder / "demo.json").read_text())
            if document["ready"]:
                return dict(document)
        time.sleep(0.3)
    process.terminate()
    process.wait(30)
    pytest.fail(f"aisle demo was not ready in {READY_WITHIN_S:g} s")


def end(demonstration: Demonstration) -> None:
    """Ended as by Ctrl-C: with exit 0, and with nothing left running."""
    family = psutil.Process(demonstration.process.pid).children(recursive=True)
    demonstration.process.terminate()
    code = demonstration.process.wait(30)
    _, left = psutil.wait_procs(family, timeout=5)
    assert (code, left) == (0, [])


@pytest.fixture(scope="session")
def demonstration(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    """Eight stores, ready: two weeks of history are in, S06 is still cut off."""
    played = start(tmp_path_factory.mktemp("day") / "demo", stores=8, at=request.param)
    with closing(played.http):
        try:
            yield played
        finally:
            end(played)
