"""Failures in words of people."""

import errno
import os
import re
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest

from device_profiles.failures import Failure, in_words

NUMBER = re.compile(r"errno|\[.*\d+\]", re.IGNORECASE)


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (errno.ECONNREFUSED, Failure.NOTHING_ANSWERS),
        (errno.ETIMEDOUT, Failure.NO_ANSWER_IN_TIME),
        (errno.EHOSTUNREACH, Failure.NO_WAY),
        (errno.ENETUNREACH, Failure.NO_WAY),
        (errno.ECONNRESET, Failure.CUT),
        (errno.EPIPE, Failure.CUT),
        (errno.ENOENT, Failure.NOT_THERE),
        (errno.ENODEV, Failure.NOT_THERE),
        (errno.EACCES, Failure.NOT_ALLOWED),
        (errno.EISDIR, Failure.IS_FOLDER),
        (errno.ENOSPC, Failure.FULL),
        (errno.EROFS, Failure.READ_ONLY),
        (errno.EIO, Failure.BROKEN),
        (errno.EREMOTEIO, Failure.BROKEN),
        (errno.EADDRINUSE, Failure.BUSY),
    ],
)
def test_what_the_system_numbers_is_a_sentence_that_says_what_to_do(
    number: int, failure: Failure
) -> None:
    assert in_words(OSError(number, os.strerror(number))) == failure


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_number_of_the_system_reaches_people(number: int) -> None:
    said = in_words(OSError(number, os.strerror(number), "/dev/thing"))
    assert said
    assert not NUMBER.search(said)


async def test_a_hub_that_is_not_there_is_told_in_words() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError) as told:
            await session.get(f"http://127.0.0.1:{port}/")
        assert in_words(told.value) == Failure.NOTHING_ANSWERS
        with pytest.raises(aiohttp.ClientError) as told:
            await session.get(f"http://localhost:{port}/")
        assert in_words(told.value) == Failure.NOTHING_ANSWERS


def test_wrapped_and_joined_failures_are_told_by_what_they_hold() -> None:
    joined = OSError(
        "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9), [Errno 111] Connect"
        " call failed ('127.0.0.1', 9)"
    )
    assert in_words(joined) == Failure.NOTHING_ANSWERS
    wrapped = ValueError("no picture")
    wrapped.__cause__ = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    assert in_words(wrapped) == Failure.CUT


def test_names_certificates_and_texts_are_told() -> None:
    assert in_words(socket.gaierror(-2, "Name or service not known")) == Failure.UNKNOWN_NAME
    assert in_words(ssl.SSLCertVerificationError("expired")) == Failure.NOT_TRUSTED
    assert in_words(ssl.SSLCertVerificationError(1, "expired")) == Failure.NOT_TRUSTED
    assert in_words(ssl.SSLError(1, "bad record")) == Failure.CUT, "its number is not the system's"
    assert in_words(TimeoutError()) == Failure.NO_ANSWER_IN_TIME
    with pytest.raises(UnicodeDecodeError) as told:
        b"\xff".decode("utf-8")
    assert in_words(told.value) == Failure.NOT_TEXT


def test_what_has_words_of_its_own_keeps_them_and_nothing_is_empty(tmp_path: Path) -> None:
    assert in_words(ValueError("it has more than 65536 bytes")) == "it has more than 65536 bytes"
    assert in_words(StopIteration()) == "StopIteration"
    with pytest.raises(IsADirectoryError) as told:
        tmp_path.read_bytes()
    assert in_words(told.value) == Failure.IS_FOLDER
