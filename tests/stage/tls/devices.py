"""Devices at a broker by TLS: connecting, being refused, and wills as bytes."""

import asyncio
import ssl
from collections.abc import Callable

from cloud_hub.link.broker.connect_packet import Connect, Will, connect_bytes
from sync.core.errors import LinkRefused, NotConnected
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.link.trust.contexts import TlsFiles

PATIENCE_S = 30.0


async def connect(port: int, tls: TlsFiles, heard: list[Incoming] | None = None) -> MqttLink:
    """A connection by TLS. Raises NotConnected where the broker wants none."""
    login = MqttLogin(client_id="a-device", tls=tls)
    hear = (heard if heard is not None else []).append
    return await MqttLink.connect(BrokerAddress(host="localhost", port=port), login, hear)


async def is_refused(port: int, tls: TlsFiles) -> bool:
    """Whether the broker wants no connection with this certificate."""
    try:
        link = await connect(port, tls)
    except (NotConnected, LinkRefused):
        return True
    await link.close()
    return False


async def die_with_will(port: int, tls: TlsFiles, topic: str) -> None:
    """Connects with a will for `topic`, and is lost."""
    context = ssl.create_default_context(cafile=tls.authority)
    assert tls.certificate is not None
    context.load_cert_chain(tls.certificate, tls.key)
    reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
    will = Will(topic=topic, payload=b"will", qos=1, is_retained=False)
    said = Connect(
        client_id="dying", user="", password="", keepalive_s=60, is_clean=True, will=will
    )
    writer.write(connect_bytes(said))
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readexactly(4) == b"\x20\x02\x00\x00"
    writer.transport.abort()


async def until(condition: Callable[[], object]) -> None:
    """Waits for it. Raises TimeoutError where it never comes."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)
