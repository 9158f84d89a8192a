"""A real till process: what it answered 201 for is never lost, whatever is killed meanwhile."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import psutil
import pytest

from sync.core.clock import SystemClock
from sync.link.credentials import DeviceCredentials, save_credentials
from sync.link.listener import MqttListener
from sync.link.mqtt import BrokerAddress, MqttLogin
from tests.receiver import Receiver

SALE = {"lines": [{"code": "6901234567892", "quantity": "1", "unit_price": "3.50"}]}
HUB = "http://127.0.0.1:9"
"""Nobody answers there: the credentials are kept, so nobody is asked."""
PROFILE = """
tenant_id = "demo"
store_id = "store-1"
device_id = "till-1"
kind = "till"
claim_token = "0123456789abcdef"
reconnect_cap_s = 1.0
page_port = {page}
[till]
port = {port}
"""


class Till:
    """An `aisle edge` process of its own."""

    def __init__(self, folder: Path, port: int, page: int, broker: int) -> None:
        self.port, self.page, self.data = port, page, folder / "data"
        self.log = folder / "till.log"
        folder.mkdir(exist_ok=True)
        self.profile = folder / "till.toml"
        self.profile.write_text(PROFILE.format(port=port, page=page), encoding="utf-8")
        save_credentials(
            self.data,
            DeviceCredentials(
                tenant="demo",
                store="store-1",
                device="till-1",
                password="x",
                brokers=(BrokerAddress(host="127.0.0.1", port=broker),),
                hub_url=HUB,
            ),
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "aisle", "edge", "--hub", HUB]
        command += ["--profile", str(self.profile), "--data", str(self.data)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log)

    async def started(self) -> None:
        self.start()
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(self._answers):
                assert self.process is not None
                if self.process.poll() is not None:
                    pytest.fail(self.log.read_text(encoding="utf-8"))
                await asyncio.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self.get(self.port, "/healthz")["status"] == "ok"
        except OSError:
            return False

    def get(self, port: int, path: str):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return json.load(answer)

    def sell(self, key: str) -> int:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/sales",
            data=json.dumps(SALE).encode(),
            headers={"Idempotency-Key": key},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, str]:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=15), self.log.read_text(encoding="utf-8")


@pytest.fixture
def till(tmp_path: Path, free_port, mosquitto) -> Iterator[Till]:
    till = Till(tmp_path, free_port(), free_port(), mosquitto.port)
    yield till
    if till.process is not None and till.process.poll() is None:
        till.kill()


@asynccontextmanager
async def receiving(port: int):
    receiver = Receiver()
    broker = (BrokerAddress(host="127.0.0.1", port=port),)
    login = MqttLogin(client_id="hub")
    async with MqttListener(broker, login, clock=SystemClock(), rng=Random(1)) as listener:
        task = asyncio.create_task(receiver.serve(listener))
        await listener.wait_connected()
        yield receiver
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.needs_mosquitto
async def test_a_till_killed_between_sale_and_send_loses_no_sale(till: Till, mosquitto):
    mosquitto.kill()
    await till.started()
    answered = [await asyncio.to_thread(till.sell, f"k{n}") for n in range(20)]
    till.kill()
    await till.started()
    repeated = [await asyncio.to_thread(till.sell, f"k{n}") for n in range(20)]
    assert (set(answered), set(repeated)) == ({201}, {200})
    mosquitto.start()
    async with receiving(mosquitto.port) as receiver:
        await receiver.until(20, seconds=30)
        assert await asyncio.to_thread(till.sell, "k20") == 201
        await receiver.until(21)
        await _until_nothing_waits(till)
    assert len(sales(receiver)) == 21
    code, log = till.stop()
    assert code == 0, log


@pytest.mark.needs_mosquitto
async def test_a_till_killed_while_it_sends_sends_the_rest_and_nothing_twice(till: Till, mosquitto):
    await till.started()
    async with receiving(mosquitto.port) as receiver:
        sold = 0
        for _ in range(2):
            for _ in range(15):
                await asyncio.to_thread(till.sell, f"k{sold}")
                sold += 1
            till.kill()
            await till.started()
        await receiver.until(sold, seconds=30)
        await _until_nothing_waits(till)
    assert len(sales(receiver)) == sold


def sales(receiver: Receiver) -> set[tuple[str, int]]:
    """The receipts that arrived, by day and number; the till's report of itself is none."""
    rows = [row for row in receiver.rows.values() if "sequence" in row]
    return {(row["business_day"], row["sequence"]) for row in rows}


async def _until_nothing_waits(till: Till) -> None:
    async with asyncio.timeout(20):
        while (await asyncio.to_thread(till.get, till.page, "/status.json"))["waiting"]:
            await asyncio.sleep(0.05)


async def test_a_till_holds_no_picture_libraries_and_stays_small(till: Till):
    await till.started()
    await asyncio.to_thread(till.sell, "k")
    await asyncio.to_thread(till.get, till.page, "/status.json")
    process = psutil.Process(till.process.pid)
    loaded = {Path(entry.path).name for entry in process.memory_maps()}
    assert not any(name.startswith(("cv2", "_multiarray", "onnxruntime")) for name in loaded)
    assert process.memory_info().rss < 120 * 1024 * 1024


async def test_a_taken_port_is_one_line_and_an_exit_code(till: Till, tmp_path: Path, free_port):
    await till.started()
    second = Till(tmp_path / "second", till.port, free_port(), 1)
    second.start()
    assert second.process.wait(timeout=30) == 1
    last = second.log.read_text(encoding="utf-8").strip().splitlines()[-1]
    assert last.startswith("aisle: ")
    assert "is in use" in last


async def test_a_port_that_is_not_the_tills_says_not_found(till: Till):
    await till.started()
    with pytest.raises(urllib.error.HTTPError) as told:
        await asyncio.to_thread(till.get, till.port, "/v1/nothing")
    assert told.value.code == 404
    assert json.load(told.value) == {"error": "Not Found"}


async def test_a_second_agent_in_one_folder_is_refused_in_one_line_and_commands_read_on(
    till: Till, tmp_path: Path, free_port, mosquitto
):
    await till.started()
    assert till.process is not None
    other = Till(tmp_path / "other", free_port(), free_port(), mosquitto.port)
    command = [sys.executable, "-m", "aisle", "edge", "--profile", str(other.profile)]
    second = await asyncio.to_thread(
        subprocess.run, [*command, "--data", str(till.data)], capture_output=True, text=True
    )
    assert second.returncode == 1
    (said,) = second.stderr.splitlines()
    assert f"another agent works in folder {till.data} (process {till.process.pid})" in said
    assert await asyncio.to_thread(till.sell, "k1") == 201
    for words in (("books",), ("outbox", "list")):
        read = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "aisle", *words, str(till.data)],
            capture_output=True,
            text=True,
        )
        assert read.returncode == 0, read.stderr
    till.kill()
    await till.started()
