"""What went wrong with a connection or a file, in words of people, and what to do."""

import errno
import re
from enum import StrEnum
from typing import Final

_NUMBERED: Final = re.compile(r"\[(Errno|WinError) -?\d+\]\s*")


class Failure(StrEnum):
    """A kind of failure; its value is the sentence for people."""

    NOTHING_ANSWERS = "nothing answers there; check that it runs, and the address"
    NO_ANSWER_IN_TIME = "no answer came in time; check the network, and the address"
    NO_WAY = "the network does not lead there; check cable, Wi-Fi and router"
    UNKNOWN_NAME = "nobody knows that name; check the address, and the network's name server"
    CUT = "the connection was cut; check the network, it is tried again"
    NOT_TRUSTED = "its certificate is not trusted; check the authority's file, and the clock"
    NOT_THERE = "it is not there; check the path, and that the device is plugged in"
    NOT_ALLOWED = "this user may not use it; give it the rights"
    IS_FOLDER = "it is a folder, not a file"
    FULL = "the disk is full; make room"
    READ_ONLY = "the disk may only be read; mount it to be written"
    BROKEN = "the device or disk behind it does not answer; check its plug, or replace it"
    BUSY = "another program uses it; stop that one"
    NOT_TEXT = "it is not text in that encoding"


_BY_NUMBER: Final = {
    errno.ECONNREFUSED: Failure.NOTHING_ANSWERS,
    errno.ETIMEDOUT: Failure.NO_ANSWER_IN_TIME,
    errno.EHOSTUNREACH: Failure.NO_WAY,
    errno.EHOSTDOWN: Failure.NO_WAY,
    errno.ENETUNREACH: Failure.NO_WAY,
    errno.ENETDOWN: Failure.NO_WAY,
    errno.EADDRNOTAVAIL: Failure.NO_WAY,
    errno.ECONNRESET: Failure.CUT,
    errno.ECONNABORTED: Failure.CUT,
    errno.EPIPE: Failure.CUT,
    errno.ENOTCONN: Failure.CUT,
    errno.ENOENT: Failure.NOT_THERE,
    errno.ENOTDIR: Failure.NOT_THERE,
    errno.ENODEV: Failure.NOT_THERE,
    errno.ENXIO: Failure.NOT_THERE,
    errno.EACCES: Failure.NOT_ALLOWED,
    errno.EPERM: Failure.NOT_ALLOWED,
    errno.EISDIR: Failure.IS_FOLDER,
    errno.ENOSPC: Failure.FULL,
    errno.EDQUOT: Failure.FULL,
    errno.EROFS: Failure.READ_ONLY,
    errno.EIO: Failure.BROKEN,
    errno.EREMOTEIO: Failure.BROKEN,
    errno.EBUSY: Failure.BUSY,
    errno.EADDRINUSE: Failure.BUSY,
}


_BY_NAME: Final = {
    "SSLCertVerificationError": Failure.NOT_TRUSTED,
    "ClientConnectorCertificateError": Failure.NOT_TRUSTED,
    # Their number is OpenSSL's, not the system's.
    "SSLError": Failure.CUT,
    "ClientConnectorSSLError": Failure.CUT,
    "gaierror": Failure.UNKNOWN_NAME,
}
"""By the class's name: who only reads profiles and pictures loads no network."""


def in_words(error: BaseException) -> str:
    """What an error says, for people: without the number of the operating system, which belongs
    into the log; the kind's sentence where it is a known one."""
    known = _failure_of(error)
    if known is not None:
        return known.value
    said = _NUMBERED.sub("", str(error)).strip()
    # A library says what it wrapped with the whole of its address; the first line is enough.
    return said.splitlines()[0] if said else type(error).__name__


def _failure_of(error: BaseException) -> Failure | None:
    """The kind, looked for in what the error wraps too."""
    seen: list[BaseException] = []
    asked: BaseException | None = error
    while asked is not None and asked not in seen:
        seen.append(asked)
        if (found := _direct(asked)) is not None:
            return found
        wrapped = getattr(asked, "os_error", None)
        asked = wrapped if isinstance(wrapped, BaseException) else asked.__cause__
    return None


def _direct(error: BaseException) -> Failure | None:
    if isinstance(error, OSError) and type(error).__name__ in _BY_NAME:
        return _BY_NAME[type(error).__name__]
    if isinstance(error, UnicodeError):
        return Failure.NOT_TEXT
    if isinstance(error, OSError) and error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    if isinstance(error, TimeoutError):
        return Failure.NO_ANSWER_IN_TIME
    # Several addresses of one host, each with its own failure: asyncio joins their texts.
    numbers = [int(number) for number in re.findall(r"\[Errno (\d+)\]", str(error))]
    return next((_BY_NUMBER[number] for number in numbers if number in _BY_NUMBER), None)
