import pytest

from sync.wire.records import Unread, told_apart

START = b'{"kind":"cooler","body":'


def test_records_are_told_apart_by_what_their_sender_writes():
    raw = b"[" + START + b'{"a":1}},' + START + b'{"a":},{"kind":"x","v":2,"body":{}}]'
    first, second, third = told_apart(raw, 100)
    assert first == {"kind": "cooler", "body": {"a": 1}}
    assert isinstance(second, Unread)
    assert second.row == {"kind": "cooler", "body": {}}
    assert second.text == '{"kind":"cooler","body":{"a":}'
    assert third == {"kind": "x", "v": 2, "body": {}}


@pytest.mark.parametrize(
    "raw", [b"", b"[", b"]", b"{", b"\xff", b'[{"kind":"A","body":{}}', b"[1,"]
)
def test_where_no_record_starts_none_is_found(raw):
    assert told_apart(raw, 100) == []


def test_bytes_that_are_no_text_are_kept_readable():
    (one,) = told_apart(b"[" + START + b'{"a":"\xff\0"}}]', 100)
    assert one.text == '{"kind":"cooler","body":{"a":"\\xff\0"}}'


def test_a_start_within_a_text_is_no_record():
    said = rb'{"a":",{\"kind\":\"x\",\"body\":"}'
    (one,) = told_apart(b"[" + START + said + b"}]", 100)
    assert one["body"] == {"a": ',{"kind":"x","body":'}


def test_no_more_than_one_above_the_most_is_read():
    assert len(told_apart(b"[" + b",".join([START] * 500), 100)) == 101
