"""Refusals are logged, and the log cannot be filled."""

import logging

import pytest

from cloud_hub.link.broker.refusals import ANSWERS, LOGGED_EVERY_S, LinkRefusal, RefusalLog


class Said:
    """A log with a clock that stands where it is put."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.log = RefusalLog(lambda: self.now_s)


def test_a_reason_is_told_once_a_minute_and_then_how_often(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = Said()
    for number in range(2000):
        said.log.note(LinkRefusal.WRONG_PASSWORD, "127.0.0.1", f"nobody-{number}")
    said.now_s = LOGGED_EVERY_S
    said.log.note(LinkRefusal.WRONG_PASSWORD, "127.0.0.1", "till")
    assert [record.getMessage() for record in caplog.records] == [
        "refused a connection of 'nobody-0' from 127.0.0.1: a wrong name or password",
        "refused a connection of 'till' from 127.0.0.1: a wrong name or password"
        " (and 1999 more before)",
    ]


def test_each_reason_is_told_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    said = Said()
    for refusal in (LinkRefusal.SLOW, LinkRefusal.CUT, LinkRefusal.SLOW):
        said.log.note(refusal, "127.0.0.1")
    assert len(caplog.records) == 2


def test_a_name_is_shown_short_and_without_signs_that_command_a_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Said().log.note(LinkRefusal.WRONG_PASSWORD, "127.0.0.1", "\x1b[2J\n" + "x" * 10_000)
    (record,) = caplog.records
    assert "\x1b" not in record.getMessage()
    assert "\n" not in record.getMessage()
    assert len(record.getMessage()) < 200


def test_what_honest_clients_do_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    Said().log.note(LinkRefusal.NEW_VERSION, "127.0.0.1")
    assert [record.levelno for record in caplog.records] == [logging.DEBUG]


def test_every_answer_is_a_connack_that_refuses() -> None:
    for answer in ANSWERS.values():
        assert (answer[0], answer[1]) == (0x20, len(answer) - 2)
        assert answer[2:4] in {b"\0\1", b"\0\2", b"\0\3", b"\0\5", b"\0\x84"}
