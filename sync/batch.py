"""A batch: a range of one lane in flight. A header line, then zstd over a JSON array of records.

Identity is the event's (device, epoch, lane, seq), never the batch's: a range may be cut anew.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any

import zstandard
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from device_profiles.names import Identifier
from sync.errors import DamagedBatch, InvalidBatch, RecordTooBig
from sync.events import ClockState, Lane, PositiveSeq, Stamp

BATCH_VERSION = 1
MAX_RECORDS = 100
MAX_PAYLOAD_BYTES = 64 * 1024
MAX_RAW_BYTES = 8 * 1024 * 1024
"""A payload that unpacks to more than this is refused unread."""
ZSTD_LEVEL = 1
"""Level 1 was as small as 3 and faster. Source: FAILURES, section 3e."""


class Loss(BaseModel):
    """A range of one lane that the device gave up, with why."""

    model_config = ConfigDict(frozen=True)

    first: PositiveSeq
    last: PositiveSeq
    bytes: Annotated[int, Field(ge=0)] = 0
    reason: str = ""


class BatchHeader(BaseModel):
    """Which range this is, and when its first record was recorded. Unknown fields are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    v: int = BATCH_VERSION
    device: Identifier
    run: str
    epoch: Annotated[int, Field(ge=1)]
    lane: Lane
    first: PositiveSeq
    n: Annotated[int, Field(ge=1, le=MAX_RECORDS)]
    base: PositiveSeq
    next: PositiveSeq
    lost: tuple[Loss, ...] = ()
    boot_id: str
    monotonic_ms: int
    wall_at: AwareDatetime
    clock: ClockState

    @property
    def last(self) -> int:
        """The range's last sequence number."""
        return self.first + self.n - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One event as it stands in the outbox: `body` is its JSON."""

    seq: int
    kind: str
    schema_version: int
    stamp: Stamp
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One event as it came out of a batch. `body` is plain JSON data, not yet validated;
    `problem` says why the record itself could not be read (then `raw` is what stood there)."""

    seq: int
    kind: str
    schema_version: int
    stamp: Stamp
    body: dict[str, Any]
    raw: Any = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A decoded batch. Records are read on first use, so that routing costs only the header."""

    header: BatchHeader
    payload: bytes

    @cached_property
    def records(self) -> tuple[Arrived, ...]:
        """The events, in sequence. Raises InvalidBatch if the payload cannot be unpacked."""
        rows = _unpack(self.payload)
        if len(rows) != self.header.n:
            raise InvalidBatch(f"header says {self.header.n} records, payload has {len(rows)}")
        return tuple(_arrived(self.header, i, row) for i, row in enumerate(rows))


_HEADER = TypeAdapter(BatchHeader)


def _canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _sealed(fields: dict[str, Any], payload: bytes) -> bytes:
    """Header line and payload; the hash covers both."""
    digest = hashlib.sha256(_canonical(fields) + b"\n" + payload).hexdigest()
    return _canonical({**fields, "sha256": digest}) + b"\n" + payload


def _row(record: Record, start: Stamp) -> bytes:
    """`{"after_ms", "drift_ms", "kind", "v", "body"}`; what is 0 or 1 by default is left out.

    drift_ms is how far the wall clock moved against the monotonic one since the batch's start.
    """
    after_ms = record.stamp.monotonic_ms - start.monotonic_ms
    wall_ms = round((record.stamp.wall_at - start.wall_at) / timedelta(milliseconds=1))
    fields: dict[str, Any] = {"kind": record.kind}
    if record.schema_version != 1:
        fields["v"] = record.schema_version
    if after_ms:
        fields["after_ms"] = after_ms
    if wall_ms != after_ms:
        fields["drift_ms"] = wall_ms - after_ms
    return to_json(fields)[:-1] + b',"body":' + record.body + b"}"


def same_boot(a: Stamp, b: Stamp) -> bool:
    """Whether two events may share a batch."""
    return a.boot_id == b.boot_id and a.clock == b.clock


def encode_batch(
    records: Sequence[Record],
    *,
    device: str,
    run: str,
    epoch: int,
    lane: Lane,
    base: int,
    next_seq: int,
    lost: Sequence[Loss] = (),
    max_payload_bytes: int = MAX_PAYLOAD_BYTES,
) -> tuple[bytes, int]:
    """A batch's bytes and how many of `records` it took, from the front: as many as fit.

    `records` are consecutive. Raises RecordTooBig if not even the first fits.
    """
    start = records[0].stamp
    count = 1
    limit = min(len(records), MAX_RECORDS)
    while count < limit and same_boot(start, records[count].stamp):
        count += 1
    payload = _pack(records[:count], start)
    while len(payload) > max_payload_bytes:
        if count == 1:
            raise RecordTooBig(f"event {lane.name}/{records[0].seq} packs to {len(payload)} bytes")
        count //= 2
        payload = _pack(records[:count], start)
    fields = {
        "v": BATCH_VERSION,
        "device": device,
        "run": run,
        "epoch": epoch,
        "lane": int(lane),
        "first": records[0].seq,
        "n": count,
        "base": base,
        "next": next_seq,
        "lost": [loss.model_dump() for loss in lost],
        "boot_id": start.boot_id,
        "monotonic_ms": start.monotonic_ms,
        "wall_at": start.wall_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "clock": start.clock.value,
    }
    return _sealed(fields, payload), count


def _pack(records: Sequence[Record], start: Stamp) -> bytes:
    raw = b"[" + b",".join(_row(record, start) for record in records) + b"]"
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(raw)


def packed_bytes(body: bytes) -> int:
    """How many bytes a body takes in a batch of its own."""
    return len(zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body))


def _unpack(payload: bytes) -> list[Any]:
    try:
        size = zstandard.get_frame_parameters(payload).content_size
        if size > MAX_RAW_BYTES:
            raise InvalidBatch(f"payload would unpack to {size} bytes")
        raw = zstandard.ZstdDecompressor().decompress(payload, max_output_size=MAX_RAW_BYTES)
        rows = from_json(raw)
    except zstandard.ZstdError as error:
        raise InvalidBatch(f"payload is not zstd: {error}") from error
    except ValueError as error:
        raise InvalidBatch(f"payload is not JSON: {error}") from error
    if not isinstance(rows, list):
        raise InvalidBatch("payload is not an array of records")
    return rows


def _arrived(header: BatchHeader, index: int, row: Any) -> Arrived:  # noqa: ANN401 - any JSON
    seq = header.first + index
    problem = _row_problem(row)
    fields: dict[str, Any] = row if problem is None else {}
    after_ms = fields.get("after_ms", 0)
    wall_ms = after_ms + fields.get("drift_ms", 0)
    return Arrived(
        seq=seq,
        kind=fields.get("kind", ""),
        schema_version=fields.get("v", 1),
        stamp=Stamp.model_construct(
            boot_id=header.boot_id,
            monotonic_ms=header.monotonic_ms + after_ms,
            wall_at=_shifted(header.wall_at, wall_ms),
            clock=header.clock,
        ),
        body=fields.get("body", {}),
        raw=row if problem else None,
        problem=problem,
    )


def _shifted(moment: datetime, by_ms: int) -> datetime:
    try:
        return moment + timedelta(milliseconds=by_ms)
    except OverflowError:
        # A clock that jumped by millennia still may not stop the batch.
        return moment


def _row_problem(row: Any) -> str | None:  # noqa: ANN401 - any JSON
    if not isinstance(row, dict):
        return "record is not an object"
    if not isinstance(row.get("kind"), str):
        return "record has no kind"
    if not isinstance(row.get("body"), dict):
        return "record has no body"
    for name in ("v", "after_ms", "drift_ms"):
        if type(row.get(name, 0)) is not int:
            return f"record's {name} is not a whole number"
    return None


def decode_batch(message: bytes) -> Batch:
    """The batch in an MQTT payload, its hash verified.

    Raises DamagedBatch if it was changed on its way, InvalidBatch for what was never a batch.
    """
    line, newline, payload = message.partition(b"\n")
    if not newline:
        raise InvalidBatch("no header line")
    try:
        fields = json.loads(line)
        claimed = fields.pop("sha256")
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise InvalidBatch("header is not a JSON object with a sha256") from error
    if claimed != hashlib.sha256(_canonical(fields) + b"\n" + payload).hexdigest():
        raise DamagedBatch("sha256 does not match: the batch was damaged or changed on its way")
    try:
        header = _HEADER.validate_python(fields)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise InvalidBatch(f"header field {where}: {problem['msg']}") from error
    return Batch(header=header, payload=payload)


def claimed_range(message: bytes) -> BatchHeader | None:
    """The header of a batch that could not be trusted, as far as it can be read; None if not.

    Lets a hub file an undecodable batch under the range it claims to be.
    """
    try:
        fields = json.loads(message.partition(b"\n")[0])
        return _HEADER.validate_python(fields)
    except (ValueError, TypeError):
        return None
