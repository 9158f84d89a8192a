"""A batch: a range of one lane in flight. A header line, then zstd over a JSON array of records.

Identity is the event's (device, epoch, lane, seq), never the batch's: a range may be cut anew.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

import zstandard
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import from_json, to_json

from device_profiles.names import Identifier
from device_profiles.values.bounds import (
    MILLISECONDS_MAX,
    NUMBER_MAX,
    Count,
    Moment,
    Monotonic,
    Remark,
    Version,
    Word,
    is_within_time,
    unkeepable_in,
)
from sync.core.errors import DamagedBatch, InvalidBatch, RecordTooBig
from sync.events import ClockState, Lane, PositiveSeq, Stamp
from sync.wire.records import Unread, told_apart

BATCH_VERSION = 1
MAX_RECORDS = 100
MAX_PAYLOAD_BYTES = 64 * 1024
MAX_RAW_BYTES = 2 * 1024 * 1024
"""A payload that unpacks to more than this is refused unread; no sender packs more."""
MAX_HEADER_BYTES = 256 * 1024
LOSSES_MOST = 1000
"""Losses that a header, or one lane of a hello, may tell."""
SCHEMA_VERSION_MAX = 1000
NUMBERS = (
    ("v", 1, SCHEMA_VERSION_MAX),
    ("after_ms", -MILLISECONDS_MAX, MILLISECONDS_MAX),
    ("drift_ms", -2 * MILLISECONDS_MAX, 2 * MILLISECONDS_MAX),
)
"""The numbers of a record, each of which may be left out, with their least and largest values."""
KIND = re.compile(r"[a-z0-9-]{1,40}")
SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|[0-9]{19}|[0-9][eE]\+?[0-9]{3}")
"""JSON text that may hold what no database keeps; only then are its values looked at one by one."""
_MS = timedelta(milliseconds=1)
ZSTD_LEVEL = 1
"""Level 1 was as small as 3 and faster. Source: FAILURES, section 3e."""


class Loss(BaseModel):
    """A range of one lane that the device gave up, with why."""

    model_config = ConfigDict(frozen=True)

    first: PositiveSeq
    last: PositiveSeq
    bytes: Version = 0
    reason: Remark = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the loss {self.first}..{self.last} ends before it begins")
        return self


Losses = Annotated[tuple[Loss, ...], Field(max_length=LOSSES_MOST)]


class BatchHeader(BaseModel):
    """Which range this is, and when its first record was recorded. Unknown fields are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    v: Count = BATCH_VERSION
    device: Identifier
    run: Word
    epoch: PositiveSeq
    lane: Lane
    first: PositiveSeq
    n: Annotated[int, Field(ge=1, le=MAX_RECORDS)]
    base: PositiveSeq
    next: PositiveSeq
    lost: Losses = ()
    boot_id: Word
    monotonic_ms: Monotonic
    wall_at: Moment
    clock: ClockState

    @model_validator(mode="after")
    def _numbers_end(self) -> Self:
        if self.last > NUMBER_MAX:
            raise ValueError(f"number {self.last} is above {NUMBER_MAX}")
        return self

    @property
    def last(self) -> int:
        """The range's last sequence number."""
        return self.first + self.n - 1


class Record(NamedTuple):
    """One event as it stands in the outbox: `body` is its JSON."""

    seq: int
    kind: str
    schema_version: int
    stamp: Stamp
    body: bytes


class Arrived(NamedTuple):
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
        rows, is_suspect = _unpack(self.payload)
        if len(rows) != self.header.n:
            raise InvalidBatch(f"header says {self.header.n} records, payload has {len(rows)}")
        return tuple(
            _arrived(self.header, i, row, is_suspect=is_suspect) for i, row in enumerate(rows)
        )


_HEADER = TypeAdapter(BatchHeader)


def _canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _sealed(fields: dict[str, Any], payload: bytes) -> bytes:
    """Header line and payload; the hash covers both."""
    digest = hashlib.sha256(_canonical(fields) + b"\n" + payload).hexdigest()
    return _canonical({**fields, "sha256": digest}) + b"\n" + payload


def _row(record: Record, start: Stamp) -> bytes:
    """`{"kind", "v", "after_ms", "drift_ms", "body"}`; what is 0 or 1 by default is left out.

    drift_ms is how far the wall clock moved against the monotonic one since the batch's start.
    """
    after_ms = record.stamp.monotonic_ms - start.monotonic_ms
    drift_ms = round((record.stamp.wall_at - start.wall_at) / _MS) - after_ms
    version = record.schema_version
    return b'{"kind":%b%b%b%b,"body":%b}' % (
        to_json(record.kind),
        b"" if version == 1 else b',"v":%d' % version,
        b',"after_ms":%d' % after_ms if after_ms else b"",
        b',"drift_ms":%d' % drift_ms if drift_ms else b"",
        record.body,
    )


def same_boot(a: Stamp, b: Stamp) -> bool:
    """Whether two events may share a batch."""
    return a.boot_id == b.boot_id and a.clock == b.clock


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrigin:
    """Whose lane a batch is cut from, and how it stands: `base` is the lowest number still waiting,
    `next_seq` that of the next event, `lost` what was given up and is not confirmed."""

    device: str
    run: str
    epoch: int
    lane: Lane
    base: int
    next_seq: int
    lost: Sequence[Loss] = ()


def encode_batch(
    records: Sequence[Record], origin: BatchOrigin, *, max_payload_bytes: int = MAX_PAYLOAD_BYTES
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
    while payload is None or len(payload) > max_payload_bytes:
        if count == 1:
            raise RecordTooBig(
                f"event {origin.lane.name}/{records[0].seq} is larger than a batch may be"
            )
        count //= 2
        payload = _pack(records[:count], start)
    fields = {
        "v": BATCH_VERSION,
        "device": origin.device,
        "run": origin.run,
        "epoch": origin.epoch,
        "lane": int(origin.lane),
        "first": records[0].seq,
        "n": count,
        "base": origin.base,
        "next": origin.next_seq,
        "lost": [loss.model_dump() for loss in origin.lost],
        "boot_id": start.boot_id,
        "monotonic_ms": start.monotonic_ms,
        "wall_at": start.wall_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "clock": start.clock.value,
    }
    return _sealed(fields, payload), count


def _pack(records: Sequence[Record], start: Stamp) -> bytes | None:
    """The payload; None where it would unpack to more than a hub takes."""
    raw = b"[" + b",".join(_row(record, start) for record in records) + b"]"
    if len(raw) > MAX_RAW_BYTES:
        return None
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(raw)


def packed_bytes(body: bytes) -> int:
    """How many bytes a body takes in a batch of its own; all its bytes where no hub would unpack
    it."""
    if len(body) > MAX_RAW_BYTES - MAX_PAYLOAD_BYTES:
        return len(body)
    return len(zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body))


def _unpack(payload: bytes) -> tuple[list[Any], bool]:
    """The records, and whether something in them may be unkeepable."""
    try:
        size = zstandard.get_frame_parameters(payload).content_size
        if size > MAX_RAW_BYTES:
            raise InvalidBatch(f"payload would unpack to {size} bytes")
        raw = zstandard.ZstdDecompressor().decompress(payload, max_output_size=MAX_RAW_BYTES)
        rows = _rows(raw)
    except zstandard.ZstdError as error:
        raise InvalidBatch(f"payload is not zstd: {error}") from error
    except ValueError as error:
        raise InvalidBatch(f"payload is not JSON: {error}") from error
    if not isinstance(rows, list):
        raise InvalidBatch("payload is not an array of records")
    return rows, SUSPECT.search(raw) is not None


def _rows(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """The records, all at once; one by one where one of them is no JSON. Raises ValueError."""
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError:
        if rows := told_apart(raw, MAX_RECORDS):
            return rows
        raise


def _arrived(header: BatchHeader, index: int, row: Any, *, is_suspect: bool) -> Arrived:  # noqa: ANN401
    seq = header.first + index
    if isinstance(row, Unread) and _is_sound(row.row):
        return _read(header, seq, row.row)._replace(raw=row.text, problem=row.problem)
    if isinstance(row, Unread):
        row, problem = row.text, row.problem
    else:
        problem = None if _is_sound(row) else _row_problem(row)
    if problem is None and is_suspect:
        problem = unkeepable_in(row)
    if problem is not None:
        stamp = Stamp(header.boot_id, header.monotonic_ms, header.wall_at, header.clock)
        return Arrived(seq, "", 1, stamp, {}, row, problem)
    return _read(header, seq, row)


def _read(header: BatchHeader, seq: int, row: dict[str, Any]) -> Arrived:
    after_ms: int = row.get("after_ms", 0)
    wall_at = header.wall_at
    if wall_ms := after_ms + row.get("drift_ms", 0):
        wall_at = _shifted(wall_at, wall_ms)
    stamp = Stamp(header.boot_id, header.monotonic_ms + after_ms, wall_at, header.clock)
    return Arrived(seq, row["kind"], row.get("v", 1), stamp, row["body"])


def _shifted(moment: datetime, by_ms: int) -> datetime:
    shifted = moment + timedelta(milliseconds=by_ms)
    # A clock that jumped by centuries still may not stop the batch.
    return shifted if is_within_time(shifted) else moment


def _is_sound(row: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether the record can be read; what it says is not looked at."""
    return (
        type(row) is dict
        and type(row.get("kind")) is str
        and type(row.get("body")) is dict
        and KIND.fullmatch(row["kind"]) is not None
        and all(
            type(value := row.get(name, high)) is int and low <= value <= high
            for name, low, high in NUMBERS
        )
    )


def _row_problem(row: Any) -> str:  # noqa: ANN401 - any JSON
    """Why it cannot be read."""
    if not isinstance(row, dict):
        return "record is not an object"
    if not isinstance(row.get("kind"), str):
        return "record has no kind"
    if not isinstance(row.get("body"), dict):
        return "record has no body"
    if not KIND.fullmatch(row["kind"]):
        return "record's kind is not 1 to 40 characters a-z 0-9 -"
    return next(
        f"record's {name} is not a whole number from {low} to {high}"
        for name, low, high in NUMBERS
        if type(value := row.get(name, high)) is not int or not low <= value <= high
    )


def decode_batch(message: bytes) -> Batch:
    """The batch in an MQTT payload, its hash verified.

    Raises DamagedBatch if it was changed on its way, InvalidBatch for what was never a batch.
    """
    line, newline, payload = message.partition(b"\n")
    if not newline or len(line) > MAX_HEADER_BYTES:
        raise InvalidBatch("no header line")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise InvalidBatch(f"payload has {len(payload)} bytes")
    try:
        # Unlike the json of Python it takes no half surrogate pair, no NaN, no endless nesting.
        fields = from_json(line, allow_inf_nan=False)
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
    line = message[: MAX_HEADER_BYTES + 1].partition(b"\n")[0]
    if len(line) > MAX_HEADER_BYTES:
        return None
    try:
        return _HEADER.validate_python(from_json(line, allow_inf_nan=False))
    except ValueError:
        return None
