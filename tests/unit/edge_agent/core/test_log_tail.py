import logging

import pytest

from edge_agent.core.log_tail import KEPT_LINES, LINE_CHARACTERS, LogTail, tailing

LOG = logging.getLogger("tests.log_tail")


def told(text: str, *secrets: str) -> str:
    with tailing(LogTail(frozenset(secrets))) as tail:
        LOG.warning("%s", text)
    return tail.latest(1, 10_000)


def test_the_newest_lines_come_oldest_first_and_in_the_room_there_is() -> None:
    with tailing(LogTail()) as tail:
        for number in range(3):
            LOG.warning("line %d", number)
    assert [line[-6:] for line in tail.latest(2, 10_000).splitlines()] == ["line 1", "line 2"]
    one = tail.latest(1, 10_000)
    assert tail.latest(9, len(one) + 5) == one
    assert tail.latest(9, 3) == LogTail().latest(9, 10_000) == "nothing was logged yet"


def test_what_is_kept_is_bounded() -> None:
    with tailing(LogTail()) as tail:
        for _ in range(KEPT_LINES + 5):
            LOG.warning("x" * 5000)
    lines = tail.latest(10_000, 10_000_000).splitlines()
    assert len(lines) == KEPT_LINES
    assert max(map(len, lines)) < LINE_CHARACTERS + 40


def test_nothing_is_kept_after_its_block() -> None:
    with tailing(LogTail()) as tail:
        pass
    LOG.warning("later")
    assert "later" not in tail.latest(9, 10_000)


def test_what_was_raised_is_told_without_its_trace() -> None:
    with tailing(LogTail()) as tail:
        try:
            raise OSError("no such camera")
        except OSError:
            LOG.exception("failed")
    assert tail.latest(1, 10_000).endswith("error failed (OSError: no such camera)")


def test_a_message_that_cannot_be_made_is_kept_as_it_is() -> None:
    tail = LogTail()
    tail.emit(logging.LogRecord("x", logging.INFO, "f", 1, "%d of", ("a",), None))
    assert tail.latest(1, 10_000).endswith("info %d of")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("claim with aisle1:aHR0cHM.ZGVtbw.czAx.c2VjcmV0.", "c2VjcmV0"),
        ("cannot open rtsp://admin:pa55@10.0.0.2/1", "pa55"),
        ("cannot open rtsp://admin:p@ss@10.0.0.2/1", "admin"),
        ("password=hunter2", "hunter2"),
        ('{"password": "hunter2"}', "hunter2"),
        ("claim_token: abcdef", "abcdef"),
        ("Authorization: Basic ZGV2aWNlOnBhc3M=", "ZGV2aWNlOnBhc3M"),
        ("Bearer abc.def-ghi", "abc.def"),
        ("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----", "MIGH"),
        ("mail to mei.lin+1@example.cn", "mei.lin"),
        ("shopper +86 138 0013 8000 came", "0013"),
        ("shopper 13800138000 came", "13800138000"),
        ("the code is tea-in-the-morning", "tea-in-the-morning"),
        ("x" * (LINE_CHARACTERS - 5) + "password=hunter2", "hunt"),
    ],
)
def test_no_secret_is_told(text: str, secret: str) -> None:
    assert secret not in told(text, "tea-in-the-morning")


def test_what_is_no_secret_stays() -> None:
    line = told("camera door at rtsp://10.0.0.2/1 gave no more pictures after 12345", "s1")
    assert line.endswith("rtsp://10.0.0.2/1 gave no more pictures after 12345")
