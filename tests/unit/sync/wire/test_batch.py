import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync.core.errors import InvalidBatch, RecordTooBig
from sync.events import ClockState, Lane, Stamp
from sync.wire.batch import (
    MAX_RAW_BYTES,
    BatchOrigin,
    Loss,
    Record,
    claimed_range,
    decode_batch,
    encode_batch,
)

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def record(seq, body=b'{"a":1}', *, after_ms=0, drift_ms=0, boot="b1", clock="trusted", v=1):
    stamp = Stamp(
        boot_id=boot,
        monotonic_ms=5000 + after_ms,
        wall_at=NOW + timedelta(milliseconds=after_ms + drift_ms),
        clock=ClockState(clock),
    )
    return Record(seq=seq, kind="cooler", schema_version=v, stamp=stamp, body=body)


def encode(records, lost=(), **limits):
    origin = BatchOrigin(
        device="d1", run="r1", epoch=2, lane=Lane.METRIC, base=3, next_seq=99, lost=lost
    )
    return encode_batch(records, origin, **limits)


def test_a_batch_is_decoded_into_what_was_encoded():
    records = [
        record(7),
        record(8, b'{"t":[1.5,null]}', after_ms=900, v=2),
        record(9, after_ms=950, drift_ms=-7_200_000),
    ]
    lost = [Loss(first=1, last=2, bytes=10, reason="quota")]
    message, count = encode(records, lost=lost)
    batch = decode_batch(message)
    assert count == 3
    header = batch.header
    assert (header.epoch, header.lane, header.first, header.last) == (2, Lane.METRIC, 7, 9)
    assert (header.base, header.next, header.lost) == (3, 99, tuple(lost))
    assert [a.seq for a in batch.records] == [7, 8, 9]
    assert [a.stamp for a in batch.records] == [r.stamp for r in records]
    assert batch.records[1].body == {"t": [1.5, None]}
    assert batch.records[1].schema_version == 2


def test_a_batch_never_spans_a_boot_or_a_clock_state():
    assert encode([record(1), record(2, boot="b2")])[1] == 1
    assert encode([record(1), record(2, clock="untrusted")])[1] == 1


def test_a_batch_holds_at_most_a_hundred_events():
    assert encode([record(i) for i in range(1, 300)])[1] == 100


def test_a_batch_is_cut_until_it_fits():
    rng = Random(1)
    records = [record(i, b'"%s"' % rng.randbytes(10_000).hex().encode()) for i in range(1, 20)]
    message, count = encode(records)
    assert 1 < count < 19
    assert len(message) < 70_000


def test_a_record_that_fits_no_batch_is_refused():
    with pytest.raises(RecordTooBig, match="METRIC/1"):
        encode([record(1, b'"%s"' % Random(1).randbytes(80_000).hex().encode())])


@given(st.data())
def test_a_changed_byte_is_always_noticed(data):
    message, _ = encode([record(i, after_ms=i) for i in range(1, 6)])
    at = data.draw(st.integers(0, len(message) - 1))
    changed = bytearray(message)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InvalidBatch):
        decode_batch(bytes(changed))


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_never_more(garbage):
    with pytest.raises(InvalidBatch):
        decode_batch(garbage)
    claimed_range(garbage)


def sealed(rows, **changes):
    """A message whose hash is right and whose content is not."""
    from sync.wire.batch import _sealed

    message, _ = encode([record(1)])
    fields = json.loads(message.partition(b"\n")[0])
    fields.pop("sha256")
    raw = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
    return _sealed({**fields, **changes}, zstandard.compress(raw))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (sealed([], n=0), "header field n"),
        (sealed([1, 2]), "payload has 2"),
        (sealed({}), "not an array"),
        (sealed(b"\xff"), "not JSON"),
        (sealed([1], lane=9), "header field lane"),
        (sealed([1], device="../x"), "header field device"),
        (sealed([1], first=0), "header field first"),
    ],
)
def test_an_impossible_batch_says_what_is_wrong(message, said):
    with pytest.raises(InvalidBatch, match=said):
        _ = decode_batch(message).records


def test_a_payload_that_unpacks_beyond_measure_is_refused_unread():
    bomb = sealed(b" " * (MAX_RAW_BYTES + 1))
    with pytest.raises(InvalidBatch, match="would unpack"):
        _ = decode_batch(bomb).records


@pytest.mark.parametrize(
    "row",
    [
        7,
        {"kind": 7, "body": {}},
        {"kind": "x"},
        {"kind": "x", "body": []},
        {"kind": "x", "body": {}, "after_ms": 1.5},
        {"kind": "x", "body": {}, "v": True},
    ],
)
def test_a_record_that_cannot_be_read_is_told_apart_from_its_neighbours(row):
    bad, good = decode_batch(sealed([row, {"kind": "x", "body": {}}], n=2)).records
    assert bad.problem
    assert bad.raw == row
    assert (good.seq, good.problem) == (2, None)


BROKEN = {
    "truncated object": b'{"a":1',
    "truncated in a text": b'{"a":"1',
    "truncated in a list of objects": b'{"a":[{"b":1',
    "closed once too often": b'{"a":1}}',
    "a trailing comma": b'{"a":1,}',
    "nothing": b"",
    "NUL": b'{"a":"\0"}',
    "nothing but NULs": b"\0" * 40,
    "not UTF-8": b'{"a":"\xff"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "half a pair": b'{"a":"\\ud800"}',
    "an array": b"[1,2]",
    "a text": b'"a"',
    "null": b"null",
    "too deep": b'{"a":' * 300 + b"1" + b"}" * 300,
    "deep and open": b"[" * 5000,
    "a number of 5,000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "a number of 64 bits": b'{"a":9223372036854775808}',
    "a number beyond floats": b'{"a":1e999}',
    "NaN": b'{"a":NaN}',
    "two values": b'{"a":1} {"a":2}',
    "single quotes": b"{'a':1}",
    "a BOM": b'\xef\xbb\xbf{"a":1}',
}


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_no_json_costs_its_own_record_alone(body, at):
    bodies = [b'{"a":1}'] * 3
    bodies[at] = body
    message, _ = encode([record(3 + n, bodies[n], after_ms=7 * n, drift_ms=n) for n in range(3)])
    arrived = decode_batch(message).records
    assert [one.seq for one in arrived] == [3, 4, 5]
    assert [one.problem is not None for one in arrived] == [n == at for n in range(3)]
    for n, one in enumerate(arrived):
        if n != at:
            assert (one.kind, one.body) == ("cooler", {"a": 1})
            assert one.stamp.wall_at == NOW + timedelta(milliseconds=8 * n)


def test_what_is_known_of_a_record_with_a_broken_body_is_kept():
    message, _ = encode([record(3), record(4, b'{"a":', after_ms=70, v=2)])
    bad = decode_batch(message).records[1]
    assert (bad.kind, bad.schema_version, bad.stamp.monotonic_ms) == ("cooler", 2, 5070)
    assert bad.raw == '{"kind":"cooler","v":2,"after_ms":70,"body":{"a":}'
    assert "not JSON" in bad.problem


def test_several_broken_bodies_side_by_side_are_told_apart():
    bodies = [b"{", b'{"a":"', b'{"a":1}', b"[[", b'"']
    message, _ = encode([record(3 + n, body) for n, body in enumerate(bodies)])
    assert [one.problem is None for one in decode_batch(message).records] == [
        body == b'{"a":1}' for body in bodies
    ]


def test_a_twice_named_field_is_no_broken_record():
    message, _ = encode([record(3, b'{"a":1,"a":2}')])
    assert decode_batch(message).records[0].body == {"a": 2}


def test_a_body_that_brings_records_of_its_own_gets_no_number_of_its_neighbours():
    smuggled = b'{"a":1},{"kind":"x","body":{"b":'
    message, _ = encode([record(3, b'{"a":1}'), record(4, smuggled), record(5, b'{"a":3}')])
    with pytest.raises(InvalidBatch, match="header says 3 records, payload has 4"):
        _ = decode_batch(message).records


def test_a_payload_of_nothing_but_starts_is_read_no_further_than_a_batch_goes():
    starts = b"[" + b",".join([b'{"kind":"x","body":'] * 50_000)
    with pytest.raises(InvalidBatch, match="payload has 101"):
        _ = decode_batch(sealed(starts, n=100)).records


def test_a_clock_that_jumped_by_millennia_stops_nothing():
    row = {"kind": "x", "body": {}, "drift_ms": 10**17}
    assert decode_batch(sealed([row])).records[0].stamp.wall_at == NOW


def test_a_newer_header_field_is_kept():
    batch = decode_batch(sealed([{"kind": "x", "body": {}, "new": 1}], shade="blue"))
    assert batch.header.model_extra == {"shade": "blue"}
    assert batch.records[0].problem is None


def test_a_damaged_batch_still_says_which_range_it_claims():
    message, _ = encode([record(4), record(5)])
    header = claimed_range(message[:-1])
    assert (header.first, header.last) == (4, 5)
    assert claimed_range(b"nonsense") is None


def test_a_header_nested_beyond_reading_is_no_batch_and_claims_nothing():
    deep = b"[" * 100_000 + b"\n"
    with pytest.raises(InvalidBatch):
        decode_batch(deep)
    assert claimed_range(deep) is None
