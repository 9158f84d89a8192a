"""`aisle hub broker check`: does a running broker let in whom it should, and nobody else."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

from cloud_hub.link.mosquitto.access_rows import PROBE_TOPIC
from cloud_hub.link.mosquitto.broker_plan import HUB_NAME, PROBE_NAME
from cloud_hub.link.mosquitto.probe_certificates import ProbeCertificates, of_a_stranger
from sync.core.errors import LinkRefused, NotConnected
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.link.trust.contexts import TlsFiles
from sync.wire.topics import EVERY_UP_TOPIC, ROOT

HEAR_TIMEOUT_S: Final = 5.0
ANOTHERS_TOPIC: Final = PROBE_TOPIC.replace("/own", "/anothers")
FOREIGN: Final = (
    ANOTHERS_TOPIC,
    f"{ROOT}/up/{PROBE_NAME}/{PROBE_NAME}/{PROBE_NAME}/0",
    f"{ROOT}/up/a-chain/a-store/a-device/0",
    f"{ROOT}/dn/a-chain/a-store/a-device/cmd",
    "elsewhere",
)
WRITE_ANEW: Final = "write its files anew (aisle hub broker write) and have it read them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One line of the answer: what should be so, and where it is not, what is and what to do."""

    should: str
    wrong: str = ""

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"wrong  {self.should}: {self.wrong}" if self.wrong else f"ok     {self.should}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """The broker that is tried: where devices and the hub find it, how the hub signs in, and
    certificates of the hub's authority."""

    devices: BrokerAddress
    hub: BrokerAddress
    hub_login: MqttLogin
    certificates: ProbeCertificates

    async def as_device(self, tls: TlsFiles, heard: list[Incoming] | None = None) -> MqttLink:
        """A connection where devices come. Raises NotConnected and LinkRefused."""
        hear = (heard if heard is not None else []).append
        return await MqttLink.connect(self.devices, MqttLogin(client_id=PROBE_NAME, tls=tls), hear)

    async def as_hub(self, login: MqttLogin) -> MqttLink:
        """A connection where the hub comes. Raises NotConnected and LinkRefused."""
        return await MqttLink.connect(self.hub, login, lambda _: None)


async def judge(probed: Probed) -> tuple[Judged, ...]:
    """Every line. What needs a way in that is not there is left out."""
    found = [await _hub_comes_in(probed), await _device_comes_in(probed)]
    if not found[0].wrong:
        found.append(await _no_hub_without_proof(probed))
    if not found[1].wrong:
        found += [await _own_topic(probed), await _foreign_topics(probed)]
        found += [await one for one in _refused_ones(probed)]
        found.append(await _no_hub_by_name(probed))
    if not any(one.wrong for one in found[:2]):
        found.append(await _hears_nothing_foreign(probed))
    return tuple(found)


async def _hub_comes_in(probed: Probed) -> Judged:
    should = f"the hub comes in at {probed.hub}"
    try:
        link = await probed.as_hub(probed.hub_login)
    except (NotConnected, LinkRefused) as error:
        return Judged(should=should, wrong=f"{error}; start the broker, or {WRITE_ANEW}")
    async with _closing(link):
        topic = ANOTHERS_TOPIC
        if (await link.publish(topic, b"")).is_refused:
            return Judged(should=should, wrong=f"and may not speak to devices; {WRITE_ANEW}")
    return Judged(should=should)


async def _device_comes_in(probed: Probed) -> Judged:
    should = f"a device comes in at {probed.devices} by its certificate"
    try:
        link = await probed.as_device(probed.certificates.issue(PROBE_NAME))
    except (NotConnected, LinkRefused) as error:
        what = "the broker must show a certificate of this hub's authority for that name"
        return Judged(should=should, wrong=f"{error}; {what}, and its list of void ones be fresh")
    await link.close()
    return Judged(should=should)


async def _no_hub_without_proof(probed: Probed) -> Judged:
    should = "nobody is the hub without its password or certificate"
    for login in (
        MqttLogin(client_id=PROBE_NAME),
        MqttLogin(client_id=PROBE_NAME, user_name=HUB_NAME, password="wrong"),  # noqa: S106
    ):
        if not await _is_refused(probed.as_hub(login)):
            return Judged(should=should, wrong=f"{probed.hub} lets everybody in; {WRITE_ANEW}")
    return Judged(should=should)


async def _own_topic(probed: Probed) -> Judged:
    should = "a device writes and hears its own topic"
    heard: list[Incoming] = []
    link = await probed.as_device(probed.certificates.issue(PROBE_NAME), heard)
    async with _closing(link):
        await link.subscribe(PROBE_TOPIC)
        if (await link.publish(PROBE_TOPIC, b"own")).is_refused or not await _hears(heard):
            return Judged(should=should, wrong=f"it has none; {WRITE_ANEW}")
    return Judged(should=should)


async def _foreign_topics(probed: Probed) -> Judged:
    should = "a device writes no other topic"
    link = await probed.as_device(probed.certificates.issue(PROBE_NAME))
    async with _closing(link):
        for topic in FOREIGN:
            if not (await link.publish(topic, b"")).is_refused:
                return Judged(should=should, wrong=f"it wrote {topic}; {WRITE_ANEW}")
    return Judged(should=should)


async def _no_hub_by_name(probed: Probed) -> Judged:
    should = f"a certificate called {HUB_NAME} is no hub where devices come"
    link = await probed.as_device(probed.certificates.issue(HUB_NAME))
    async with _closing(link):
        for topic in FOREIGN:
            if not (await link.publish(topic, b"")).is_refused:
                return Judged(should=should, wrong=f"it wrote {topic}; {WRITE_ANEW}")
    return Judged(should=should)


async def _hears_nothing_foreign(probed: Probed) -> Judged:
    should = "a device hears no other topic"
    heard: list[Incoming] = []
    device = await probed.as_device(probed.certificates.issue(PROBE_NAME), heard)
    hub = await probed.as_hub(probed.hub_login)
    async with _closing(device, hub):
        for topic in ("#", f"{ROOT}/dn/#", EVERY_UP_TOPIC, PROBE_TOPIC):
            await device.subscribe(topic)
        await hub.publish(ANOTHERS_TOPIC, b"anothers")
        await hub.publish(PROBE_TOPIC, b"own")
        await _hears(heard)
    if any(message.topic != PROBE_TOPIC for message in heard):
        return Judged(should=should, wrong=f"it heard {heard[0].topic}; {WRITE_ANEW}")
    return Judged(should=should)


def _refused_ones(probed: Probed) -> list[Coroutine[Any, Any, Judged]]:
    """Those who must not get in, tried one after another."""
    certificates = probed.certificates
    return [
        _no_way_in(probed, who, certificate)
        for who, certificate in (
            ("no certificate", TlsFiles(authority=certificates.roots)),
            ("a foreign authority's certificate", of_a_stranger(certificates).issue(PROBE_NAME)),
            ("an expired certificate", certificates.issue(PROBE_NAME, is_expired=True)),
        )
    ]


async def _no_way_in(probed: Probed, who: str, tls: TlsFiles) -> Judged:
    should = f"{who} does not get in"
    if await _is_refused(probed.as_device(tls)):
        return Judged(should=should)
    return Judged(should=should, wrong=f"it does; {WRITE_ANEW}")


async def _is_refused(connecting: Coroutine[Any, Any, MqttLink]) -> bool:
    try:
        link = await connecting
    except (NotConnected, LinkRefused):
        return True
    await link.close()
    return False


async def _hears(heard: list[Incoming]) -> bool:
    """Whether the device's own topic is heard before long."""
    return await _within(lambda: any(message.topic == PROBE_TOPIC for message in heard))


async def _within(is_so: Callable[[], bool]) -> bool:
    for _ in range(int(HEAR_TIMEOUT_S / 0.05)):
        if is_so():
            return True
        await asyncio.sleep(0.05)
    return is_so()


def _closing(*links: MqttLink) -> AsyncExitStack:
    stack = AsyncExitStack()
    for link in links:
        stack.push_async_callback(link.close)
    return stack
