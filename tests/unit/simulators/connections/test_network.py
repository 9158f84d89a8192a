"""A bad network between two real programs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from simulators.connections.network import FaultyProxy

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Gives back what it hears, in capitals."""
    try:
        while chunk := await reader.read(1000):
            writer.write(chunk.upper())
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[FaultyProxy]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with FaultyProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()


@asynccontextmanager
async def connected(proxy: FaultyProxy) -> AsyncIterator[Ends]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    yield reader, writer
    writer.transport.abort()


async def ask(ends: Ends, text: bytes) -> bytes:
    reader, writer = ends
    writer.write(text)
    return await reader.readexactly(len(text))


async def is_over(ends: Ends) -> bool:
    async with asyncio.timeout(10):
        try:
            return await ends[0].read() == b""
        except ConnectionError:
            return True


async def test_a_good_network_lets_everything_through_and_counts_it(proxy: FaultyProxy) -> None:
    async with connected(proxy) as ends:
        assert await ask(ends, b"hello") == b"HELLO"
    assert (proxy.connections, proxy.to_target_bytes, proxy.to_client_bytes) == (1, 5, 5)


async def test_a_cut_ends_what_is_open_and_refuses_what_is_new_until_it_is_restored(
    proxy: FaultyProxy,
) -> None:
    async with connected(proxy) as ends:
        await ask(ends, b"a")
        proxy.cut()
        assert await is_over(ends)
    async with connected(proxy) as ends:
        assert await is_over(ends)
    assert proxy.connections == 1
    proxy.restore()
    async with connected(proxy) as ends:
        assert await ask(ends, b"b") == b"B"


async def test_a_reset_ends_what_is_open_and_lets_new_connections_through(
    proxy: FaultyProxy,
) -> None:
    async with connected(proxy) as ends:
        await ask(ends, b"a")
        proxy.reset()
        assert await is_over(ends)
    async with connected(proxy) as ends:
        assert await ask(ends, b"b") == b"B"


async def test_a_black_hole_says_nothing_and_its_connections_end_when_it_is_restored(
    proxy: FaultyProxy,
) -> None:
    async with connected(proxy) as ends:
        await ask(ends, b"a")
        proxy.black_hole()
        ends[1].write(b"lost")
        await ends[1].drain()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await ends[0].read(1)
        assert proxy.to_target_bytes == 1
        proxy.restore()
        assert await is_over(ends)


async def test_answers_can_be_swallowed_alone(proxy: FaultyProxy) -> None:
    async with connected(proxy) as ends:
        await ask(ends, b"a")
        proxy.swallow_answers()
        ends[1].write(b"heard")
        while proxy.to_target_bytes < 6:
            await asyncio.sleep(0.005)
        assert proxy.to_client_bytes == 1


async def test_one_direction_can_be_ended_while_the_other_stays_open(proxy: FaultyProxy) -> None:
    async with connected(proxy) as ends:
        await ask(ends, b"a")
        proxy.half_close()
        assert await ends[0].read() == b""
        ends[1].write(b"more")
        await ends[1].drain()


async def test_delayed_bytes_keep_their_order(proxy: FaultyProxy) -> None:
    proxy.delay_s = 0.02
    async with connected(proxy) as ends:
        for number in range(10):
            ends[1].write(b"%d" % number)
            await asyncio.sleep(0.002)
        assert await ends[0].readexactly(10) == b"0123456789"


async def test_where_nobody_listens_behind_it_connections_end(free_port) -> None:
    async with FaultyProxy("127.0.0.1", free_port()) as proxy, connected(proxy) as ends:
        assert await is_over(ends)
        assert proxy.connections == 0


async def test_a_proxy_that_ends_leaves_no_connection_open(proxy: FaultyProxy) -> None:
    async with connected(proxy) as ends:
        await ask(ends, b"a")
        await proxy.__aexit__(None, None, None)
        assert await is_over(ends)
