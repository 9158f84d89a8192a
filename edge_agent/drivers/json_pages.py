"""Sensors that answer over HTTP with JSON.

`http://HOST:PORT/PATH?QUERY#VALUE?OPTIONS`: the number at VALUE of what a GET answers. Only hosts
of the store's own network are asked, and those that the profile names; nobody is followed
elsewhere.
"""

import asyncio
import socket
from collections.abc import Container, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import unquote

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from pydantic_core import from_json
from yarl import URL

from device_profiles.failures import in_words
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import (
    LARGEST_BYTES,
    Opening,
    Reading,
    Silent,
    nothing,
    options_of,
    reading_at,
    scale_of,
)

ANSWER_S = 3.0
ROUND_S = 20.0
"""All sensors of one device are asked within this, or those left say why not."""
OPTIONS = {"scale": "1"}
PAGE_PROBLEMS = (
    "no answer within 3 s, not 200, sent elsewhere, not JSON, over 64 KiB, no such value, a host"
    " outside of the store's network"
)
# A packed answer could unfold to anything.
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePoint:
    """One value of a page."""

    url: URL
    path: str
    scale: float


def point_of(address: str, scheme: str = "http") -> PagePoint:
    """The value that an address without its scheme names.  Raises SensorUnusable."""
    place, _, behind = address.partition("#")
    path, _, rest = behind.partition("?")
    try:
        url = URL(f"{scheme}:{place}")
        is_whole = place.startswith("//") and bool(url.host) and url.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise SensorUnusable("it is not //HOST/PATH")
    if url.user is not None or url.password is not None:
        raise SensorUnusable("a page that asks for a password is not spoken to")
    if not path:
        raise SensorUnusable("it names no value behind '#'")
    scale = scale_of(options_of(rest, OPTIONS)["scale"])
    return PagePoint(url=url, path=unquote(path), scale=scale)


def check_page(address: str) -> None:
    """Raises SensorUnusable with what is wrong with the address."""
    point_of(address)


def origin_of(address: str) -> str:
    """The pages of one device are asked one after the other."""
    return point_of(address).url.authority


def host_of(address: str) -> str:
    """The host that an address asks."""
    return point_of(address).url.host or ""


def is_near(address: str) -> bool:
    """Whether an IP address is this machine's own or one of a private network."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return (ip.is_private or ip.is_loopback) and not (ip.is_link_local or ip.is_unspecified)


def check_is_near(host: str, hosts: Container[str]) -> None:
    """Raises SensorUnusable for an IP address outside of the store that `hosts` does not name; a
    name is judged by its addresses, when it is asked."""
    try:
        ip_address(host)
    except ValueError:
        return
    if not is_near(host) and host not in hosts:
        raise SensorUnusable(_far(host))


def _far(host: str) -> str:
    return f"{host} is outside of the store's network; name it in sensor_hosts if that is meant"


def open_pages(opening: Opening) -> "PageSource":
    """The pages of one device."""
    points = {}
    for one in opening.sensors:
        scheme, _, place = one.address.partition(":")
        points[one.sensor_id] = point_of(place, scheme)
    return PageSource(points, opening.hosts)


@dataclass(frozen=True, slots=True)
class PageSource:
    """Asks one device, each page once a round; after no answer the others are not asked for."""

    points: Mapping[str, PagePoint]
    hosts: frozenset[str] = frozenset()
    answer_s: float = ANSWER_S
    round_s: float = ROUND_S

    async def read(self) -> Mapping[str, Reading]:
        """What each sensor says now."""
        told: dict[URL, object] = {}
        try:
            async with asyncio.timeout(self.round_s), self._session() as session:
                for url in dict.fromkeys(one.url for one in self.points.values()):
                    told[url] = await _told(session, url)
                    if isinstance(told[url], Silent):
                        break
        except TimeoutError:
            pass
        return {name: self._reading(point, told) for name, point in self.points.items()}

    async def run(self, stop: asyncio.Event) -> None:
        """Nothing is kept open."""
        await stop.wait()

    def _session(self) -> aiohttp.ClientSession:
        resolver = NearResolver(self.hosts)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, force_close=True),
            timeout=aiohttp.ClientTimeout(total=self.answer_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=HEADERS,
            auto_decompress=False,
        )

    def _reading(self, point: PagePoint, told: Mapping[URL, object]) -> Reading:
        if point.url not in told:
            silent = (one for one in told.values() if isinstance(one, Silent))
            return nothing(next(silent, f"it was not its turn within {self.round_s:g} s"))
        answer = told[point.url]
        if isinstance(answer, SensorUnusable):
            return nothing(answer)
        try:
            return reading_at(answer, point.path, str(point.url), point.scale)
        except SensorUnusable as error:
            return nothing(error)


class NearResolver(AbstractResolver):
    """The addresses of a name that are in the store's network, or all where it is named."""

    def __init__(self, hosts: Container[str]) -> None:
        self._hosts = hosts
        self._all = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where there is none."""
        found = await self._all.resolve(host, port, family)
        near = [one for one in found if host in self._hosts or is_near(one["host"])]
        if not near:
            raise OSError(_far(host))
        return near

    async def close(self) -> None:
        """Lets the resolver go."""
        await self._all.close()


async def _told(session: aiohttp.ClientSession, url: URL) -> object:
    """What a page told as JSON, or a SensorUnusable that says why nothing."""
    try:
        async with session.get(url, allow_redirects=False) as answer:
            if 300 <= answer.status < 400:
                return SensorUnusable(f"{url} sends elsewhere; give the address that it means")
            if answer.status != 200:
                return SensorUnusable(f"{url} answers with status {answer.status}")
            body = await _body(answer.content)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Silent(f"{url} does not answer: {in_words(error)}")
    if len(body) > LARGEST_BYTES:
        return SensorUnusable(f"{url} answers more than {LARGEST_BYTES} bytes")
    try:
        told: object = from_json(body, allow_inf_nan=False)
    except ValueError:
        return SensorUnusable(f"{url} answers what is not JSON")
    return told


async def _body(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for part in content.iter_any():
        body += part
        if len(body) > LARGEST_BYTES:
            break
    return body
