"""Messages whose hash is right and whose content is not: what a faulty or hostile device sends."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import zstandard

from cloud_hub.link.ingest.message import Message
from sync.events import EVENT_TYPES, Lane
from sync.wire.batch import _sealed
from sync.wire.topics import up_topic
from tests.stage.odd.every_kind import BODIES, ODD, leaves, with_odd
from tests.talking_device import NOON, TalkingDevice

HEADER_NAMES = "v device run epoch lane first n base next lost boot_id monotonic_ms wall_at clock"
HELLO_NAMES = (
    "device epoch nonce run runs_before lanes agent_version protocol boot_id monotonic_ms wall_at"
    " clock desired_version anchors"
)


def header(device: TalkingDevice, lane: Lane, first: int, count: int) -> dict[str, Any]:
    """The fields of a batch's header."""
    return {
        "v": 1,
        "device": device.device,
        "run": device.run,
        "epoch": device.epoch,
        "lane": int(lane),
        "first": first,
        "n": count,
        "base": 1,
        "next": first + count,
        "lost": [],
        "boot_id": "b1",
        "monotonic_ms": 1000,
        "wall_at": NOON.isoformat(),
        "clock": "trusted",
    }


def batch(
    device: TalkingDevice, lane: Lane, fields: dict[str, Any], rows: Sequence[Any] | bytes
) -> Message:
    """A batch of `rows`, sealed as a device seals it; bytes go as they are."""
    raw = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
    try:
        payload = _sealed(fields, zstandard.compress(raw))
    except ValueError:
        # Half a surrogate pair: no header line could say it.
        payload = json.dumps(fields).encode() + b"\n" + zstandard.compress(raw)
    topic = up_topic(device.tenant, device.store, device.device, lane)
    return Message(topic=topic, payload=payload, received_at=NOON)


def poisoned(device: TalkingDevice, rng: Random, first: int) -> Message:
    """Some message of `device` that is wrong somewhere."""
    what = rng.randrange(4)
    kind = rng.choice(sorted(BODIES))
    lane = EVENT_TYPES[kind].lane
    odd = rng.choice(ODD)
    if what == 0:
        fields = header(device, lane, first, 1) | {rng.choice(HEADER_NAMES.split()): odd}
        return batch(device, lane, fields, [_row(kind)])
    if what == 1:
        rows = [_odd_row(kind, rng) for _ in range(rng.choice([1, 3, 100]))]
        return batch(device, lane, header(device, lane, first, len(rows)), rows)
    if what == 2:
        raw = rng.choice([b"[" * 100_000, b"9" * 5000, b'["\\ud800"]', b"[1e999]", b"\xff", b"[]"])
        return batch(device, lane, header(device, lane, first, 1), raw)
    said = json.loads(device.hello().payload) | {rng.choice(HELLO_NAMES.split()): odd}
    topic = up_topic(device.tenant, device.store, device.device, None)
    return Message(topic=topic, payload=json.dumps(said).encode(), received_at=NOON)


def _row(kind: str) -> dict[str, Any]:
    return {"kind": kind, "body": BODIES[kind]}


def _odd_row(kind: str, rng: Random) -> Any:
    odd = rng.choice(ODD)
    body = with_odd(BODIES[kind], rng.choice(list(leaves(BODIES[kind]))), odd)
    return rng.choice(
        [
            {"kind": kind, "body": body},
            {"kind": kind, "body": body | {"more": odd}},
            {"kind": odd, "body": body},
            {"kind": kind, "body": body, rng.choice(["v", "after_ms", "drift_ms"]): odd},
            odd,
        ]
    )
