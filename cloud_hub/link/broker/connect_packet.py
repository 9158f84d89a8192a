"""The CONNECT packet: read whole within a bound, understood, and written anew for the broker.

Source: MQTT 3.1.1, section 3.1.
"""

import asyncio
from dataclasses import dataclass

from cloud_hub.link.broker.mqtt_fields import Fields, Malformed, field, length_bytes, read_length
from cloud_hub.link.broker.refusals import LinkRefusal

CONNECT = 0x10
MQTT_3_1_1 = 4
NAME = field(b"MQTT")
MOST_CONNECT_BYTES = 16 * 1024
"""Of everything after the length. An agent's is of some 150 bytes."""
START_BYTES = len(NAME) + 1
RESERVED, CLEAN, WILL, RETAIN, PASSWORD, USER = 0x01, 0x02, 0x04, 0x20, 0x40, 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What a client wants published when it is lost."""

    topic: str
    payload: bytes
    qos: int
    is_retained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """What a client says of itself; `user` and `password` are "" where it says none. `keepalive_s`
    0 means that it promises nothing."""

    client_id: str
    user: str
    password: str
    keepalive_s: int
    is_clean: bool
    will: Will | None


async def read_connect(reader: asyncio.StreamReader) -> Connect | LinkRefusal:
    """A CONNECT of MQTT 3.1.1, or why it is none. No byte after it is read, and never more than
    MOST_CONNECT_BYTES and its header."""
    try:
        first = await reader.readexactly(1)
        if first[0] != CONNECT:
            return LinkRefusal.NO_CONNECT
        _, length = await read_length(reader)
        start = await reader.readexactly(min(length, START_BYTES))
        if (refusal := _wrong_start(start)) is not None:
            return refusal
        if length > MOST_CONNECT_BYTES:
            return LinkRefusal.TOO_LONG
        return _understood(Fields(await reader.readexactly(length - len(start))))
    except Malformed:
        return LinkRefusal.MALFORMED
    except (asyncio.IncompleteReadError, ConnectionError):
        return LinkRefusal.CUT


def _wrong_start(start: bytes) -> LinkRefusal | None:
    """What is wrong with a packet that begins so. An older or newer MQTT is told at once, since
    what follows is written otherwise."""
    if len(start) < START_BYTES or (start[:-1] != NAME and not b"\0\6MQIsdp".startswith(start)):
        return LinkRefusal.MALFORMED
    if start[:-1] != NAME or start[-1] < MQTT_3_1_1:
        return LinkRefusal.OLD_VERSION
    return LinkRefusal.NEW_VERSION if start[-1] > MQTT_3_1_1 else None


def _understood(fields: Fields) -> Connect:
    flags, keepalive_s = fields.number(1), fields.number()
    if flags & RESERVED:
        raise Malformed("a reserved flag is set")
    if flags & PASSWORD and not flags & USER:
        raise Malformed("a password without a name")
    client_id = fields.text()
    will = _will(fields, flags)
    user = fields.text() if flags & USER else ""
    password = fields.text() if flags & PASSWORD else ""
    fields.end()
    return Connect(
        client_id=client_id,
        user=user,
        password=password,
        keepalive_s=keepalive_s,
        is_clean=bool(flags & CLEAN),
        will=will,
    )


def _will(fields: Fields, flags: int) -> Will | None:
    qos = flags >> 3 & 3
    if not flags & WILL:
        if qos or flags & RETAIN:
            raise Malformed("flags of a will without one")
        return None
    if qos == 3:
        raise Malformed("a will of quality 3")
    return Will(
        topic=fields.text(),
        payload=fields.binary(),
        qos=qos,
        is_retained=bool(flags & RETAIN),
    )


def connect_bytes(said: Connect) -> bytes:
    """The whole packet."""
    flags = CLEAN if said.is_clean else 0
    parts = [field(said.client_id.encode())]
    if said.will is not None:
        flags |= WILL | said.will.qos << 3 | (RETAIN if said.will.is_retained else 0)
        parts += [field(said.will.topic.encode()), field(said.will.payload)]
    if said.user:
        flags |= USER
        parts.append(field(said.user.encode()))
    if said.password:
        flags |= PASSWORD
        parts.append(field(said.password.encode()))
    start = NAME + bytes([MQTT_3_1_1, flags]) + said.keepalive_s.to_bytes(2, "big")
    body = b"".join([start, *parts])
    return bytes([CONNECT]) + length_bytes(len(body)) + body
