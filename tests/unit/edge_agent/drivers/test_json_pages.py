"""JSON over HTTP from a real server: values, and answers that are none."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from device_profiles.sensor import Sensor
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.json_pages import (
    NearResolver,
    PageSource,
    check_is_near,
    is_near,
    origin_of,
    point_of,
)
from edge_agent.drivers.readings import LARGEST_BYTES, Opening, Reading
from edge_agent.drivers.sensors import SensorBank, driver_of
from sync.core.clock import ManualClock

ANSWERS: dict[str, Callable[[], web.StreamResponse]] = {
    "/meter": lambda: web.json_response({"em:0": {"power": 3105}, "t": [{"c": -18.4}], "n": None}),
    "/plain": lambda: web.Response(text='{"t": 4}'),
    "/elsewhere": lambda: web.Response(status=302, headers={"Location": "/plain"}),
    "/refused": lambda: web.Response(status=401),
    "/empty": lambda: web.Response(),
    "/page": lambda: web.Response(text="<html>"),
    "/long": lambda: web.Response(body=b" " * (LARGEST_BYTES + 1)),
    "/packed": lambda: web.Response(
        body=gzip.compress(b'{"t": 4}'), headers={"Content-Encoding": "gzip"}
    ),
    "/deep": lambda: web.Response(text="[" * 10_000),
    "/nan": lambda: web.Response(text='{"t": NaN}'),
    "/text": lambda: web.Response(text='{"t": "4"}'),
}


@asynccontextmanager
async def device(port: int) -> AsyncIterator[list[str]]:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        if request.path == "/silent":
            await asyncio.sleep(30)
        return ANSWERS[request.path]()

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield asked
    await runner.cleanup()


def source(port: int, *places: str, hosts: frozenset[str] = frozenset()) -> PageSource:
    points = {place: point_of(f"//127.0.0.1:{port}{place}") for place in places}
    return PageSource(points, hosts, answer_s=0.5)


async def test_values_of_one_page_are_asked_for_once(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with device(port) as asked:
        told = await source(port, "/meter#em:0.power?scale=0.1", "/meter#t.0.c", "/plain#t").read()
    assert [one.value for one in told.values()] == [310.5, -18.4, 4]
    assert asked == ["/meter", "/plain"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/meter#t.1.c", "has no value 't.1.c'"),
        ("/meter#em:0", "not a number"),
        ("/meter#n", "says 'n' could not be read"),
        ("/elsewhere#t", "sends elsewhere"),
        ("/refused#t", "answers with status 401"),
        ("/missing#t", "answers with status 500"),
        ("/empty#t", "answers what is not JSON"),
        ("/page#t", "answers what is not JSON"),
        ("/packed#t", "answers what is not JSON"),
        ("/deep#t", "answers what is not JSON"),
        ("/nan#t", "answers what is not JSON"),
        ("/long#t", f"answers more than {LARGEST_BYTES} bytes"),
        ("/text#t", "is '4', not a number"),
    ],
)
async def test_an_answer_that_gives_no_number_is_told_and_the_next_page_is_asked(
    free_port: Callable[[], int], place: str, said: str
) -> None:
    port = free_port()
    async with device(port):
        odd, good = (await source(port, place, "/plain#t").read()).values()
    assert (odd.value, said in odd.problem) == (None, True), odd.problem
    assert good == Reading(value=4)


async def test_a_device_that_is_silent_or_gone_is_asked_once(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with device(port) as asked:
        told = await source(port, "/silent#t", "/plain#t").read()
        assert asked == ["/silent"]
    assert all("no answer came in time" in one.problem for one in told.values())
    told = await source(port, "/plain#t", "/meter#n").read()
    assert all("nothing answers there" in one.problem for one in told.values())
    async with device(port):
        assert (await source(port, "/plain#t").read())["/plain#t"].value == 4


async def test_a_server_that_speaks_no_http_is_told(free_port: Callable[[], int]) -> None:
    async def chatter(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n\x00\xff")
        await writer.drain()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(chatter, "127.0.0.1", port):
        (told,) = (await source(port, "/#t").read()).values()
    assert "does not answer" in told.problem
    assert "\n" not in told.problem


async def test_a_name_is_asked_at_its_addresses_in_the_store_alone(
    free_port: Callable[[], int], tmp_path: Path, clock: ManualClock
) -> None:
    port = free_port()
    near = Sensor(sensor_id="near", kind="temperature", address=f"http://localhost:{port}/plain#t")
    bank = SensorBank.open(Opening(sensors=(near,), base=tmp_path, clock=clock))
    async with device(port):
        assert (await bank.read())["near"].value == 4
    with pytest.raises(OSError, match="outside of the store's network; name it in sensor_hosts"):
        await NearResolver(()).resolve("8.8.8.8")
    assert (await NearResolver({"8.8.8.8"}).resolve("8.8.8.8"))[0]["host"] == "8.8.8.8"


def test_an_address_outside_of_the_store_is_refused_unless_the_profile_names_it() -> None:
    far = Sensor(sensor_id="t", kind="temperature", address="https://8.8.8.8/x#t")
    with pytest.raises(SensorUnusable, match=r"8\.8\.8\.8 is outside of the store's network"):
        driver_of(far)
    assert driver_of(far, {"8.8.8.8"}).scheme == "https"
    check_is_near("meter.example", ())


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.0.9", True),
        ("fd00::1", True),
        ("::ffff:10.0.0.1", True),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("169.254.169.254", False),
        ("2001:4860:4860::8888", False),
        ("0.0.0.0", False),
        ("name", False),
    ],
)
def test_what_is_near_is_this_machine_or_a_private_network(address: str, expected: bool) -> None:
    assert is_near(address) is expected


def test_the_pages_of_one_device_are_asked_together() -> None:
    assert origin_of("//10.0.0.1/a#b") == origin_of("//10.0.0.1/c?id=1#d?scale=2")
    point = point_of("//10.0.0.1/rpc/Switch.GetStatus?id=0#aenergy%3F.total?scale=0.001")
    assert (point.url.query["id"], point.path, point.scale) == ("0", "aenergy?.total", 0.001)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "it is not //HOST/PATH"),
        ("10.0.0.1/a#b", "it is not //HOST/PATH"),
        ("///a#b", "it is not //HOST/PATH"),
        ("//10.0.0.1:x/a#b", "it is not //HOST/PATH"),
        ("//10.0.0.1:99999/a#b", "it is not //HOST/PATH"),
        ("//[::1/a#b", "it is not //HOST/PATH"),
        ("//10.0.0.1/a", "it names no value behind '#'"),
        ("//10.0.0.1/a#?scale=2", "it names no value behind '#'"),
        ("//me:secret@10.0.0.1/a#b", "asks for a password"),
        ("//10.0.0.1/a#b?scale=x", "scale 'x'"),
        ("//10.0.0.1/a#b?stale_s=9", "option 'stale_s' is not one of"),
    ],
)
def test_an_address_that_makes_no_sense_is_told(address: str, said: str) -> None:
    with pytest.raises(SensorUnusable) as error:
        point_of(address)
    assert said in str(error.value)
    assert "secret" not in str(error.value)
