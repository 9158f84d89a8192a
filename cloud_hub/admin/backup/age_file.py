"""Files that only a passphrase opens, in the format age: `age -d FILE` opens them without us.

Streams in both directions; no more than a few chunks are in memory. Source: the specification
age-encryption.org/v1 (C2SP), recipient type scrypt.
"""

import hmac
import os
import re
from base64 import b64decode, b64encode
from typing import IO, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from cloud_hub.core.errors import UnusableData

INTRO: Final = b"age-encryption.org/v1"
LABEL: Final = INTRO + b"/scrypt"
CHUNK_BYTES: Final = 64 * 1024
SEALED_BYTES: Final = CHUNK_BYTES + 16
KEY_BYTES: Final = 16
"""Of a file's key, of its salt, of its nonce."""
WORK_FACTOR: Final = 18
"""Base 2 logarithm of scrypt's cost, age's own: 256 MB of memory and a second for each guess."""
MOST_WORK: Final = 22
"""Beyond it a file would take all memory there is (4 GB)."""
NO_NONCE: Final = bytes(12)
STANZA: Final = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)")


class Damaged(UnusableData):
    """The file is not whole, was changed, or is none of these."""


class WrongPassphrase(UnusableData):
    """Another passphrase closed the file."""


class AgeWriter:
    """Encrypts what is written to it into `out`. `close` makes the file whole; without it nobody
    can read its end."""

    def __init__(self, out: BinaryIO, passphrase: str, *, work_factor: int = WORK_FACTOR) -> None:
        file_key, salt = os.urandom(KEY_BYTES), os.urandom(KEY_BYTES)
        wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, work_factor)).encrypt(
            NO_NONCE, file_key, None
        )
        head = b"%s\n-> scrypt %s %d\n%s\n---" % (
            INTRO,
            _base64(salt),
            work_factor,
            _base64(wrapped),
        )
        nonce = os.urandom(KEY_BYTES)
        out.write(head + b" " + _base64(_mac(file_key, head)) + b"\n" + nonce)
        self._out, self._pending = out, bytearray()
        self._chunks = _Chunks(file_key, nonce)

    def write(self, data: bytes) -> int:
        """How many bytes were taken: all. Raises OSError."""
        self._pending += data
        # The last chunk is marked as such, so one is always held back.
        while len(self._pending) > CHUNK_BYTES:
            self._out.write(self._chunks.seal(bytes(self._pending[:CHUNK_BYTES]), is_last=False))
            del self._pending[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing: chunks are full until the last."""

    def close(self) -> None:
        """Writes the end. Raises OSError."""
        self._out.write(self._chunks.seal(bytes(self._pending), is_last=True))


class AgeReader:
    """Reads what an AgeWriter, or any age, has written. Nothing that was changed ever comes out of
    it."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        """Raises WrongPassphrase, Damaged, OSError."""
        self._source = source
        lines = [self._line() for _ in range(4)]
        stanza = STANZA.fullmatch(lines[1])
        mark, _, mac = lines[3].partition(b" ")
        if lines[0] != INTRO or stanza is None or mark != b"---":
            raise Damaged("is no file that a passphrase closed (age)")
        if (work := int(stanza[2])) > MOST_WORK:
            raise Damaged(f"takes {1 << (work - 20)} GB of memory to open")
        key = _stretched(passphrase, _bytes(stanza[1]), work)
        try:
            file_key = ChaCha20Poly1305(key).decrypt(NO_NONCE, _bytes(lines[2]), None)
        except InvalidTag as error:
            raise WrongPassphrase("was closed with another passphrase") from error
        head = b"\n".join((*lines[:3], mark))
        if not hmac.compare_digest(_bytes(mac), _mac(file_key, head)):
            raise Damaged("was changed")
        self._chunks = _Chunks(file_key, _exactly(source, KEY_BYTES))
        self._ahead, self._plain, self._is_over = source.read(SEALED_BYTES), b"", False

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, less only at the end; all where it is negative. Raises Damaged,
        OSError."""
        parts, wanted = [], size
        while wanted and (self._plain or not self._is_over):
            if not self._plain:
                self._open_next()
            part = self._plain if wanted < 0 else self._plain[:wanted]
            self._plain = self._plain[len(part) :]
            wanted -= len(part) if wanted > 0 else 0
            parts.append(part)
        return b"".join(parts)

    def _open_next(self) -> None:
        sealed, self._ahead = self._ahead, self._source.read(SEALED_BYTES)
        self._is_over = not self._ahead
        try:
            self._plain = self._chunks.open(sealed, is_last=self._is_over)
        except InvalidTag as error:
            raise Damaged("is not whole, or was changed") from error

    def _line(self) -> bytes:
        line = self._source.readline(200)
        if not line.endswith(b"\n"):
            raise Damaged("is no file that a passphrase closed (age)")
        return line[:-1]


class _Chunks:
    """The payload: each chunk under a counter, the last one marked."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._count = 0

    def seal(self, plain: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._next(is_last), plain, None)

    def open(self, sealed: bytes, *, is_last: bool) -> bytes:
        return self._cipher.decrypt(self._next(is_last), sealed, None)

    def _next(self, is_last: bool) -> bytes:
        nonce = self._count.to_bytes(11, "big") + bytes([is_last])
        self._count += 1
        return nonce


def _stretched(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    scrypt = Scrypt(salt=LABEL + salt, length=32, n=1 << work_factor, r=8, p=1)
    return scrypt.derive(passphrase.encode())


def _derived(file_key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, None, b"header"), head, "sha256")


def _base64(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    try:
        data = b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise Damaged("was changed") from error
    if _base64(data) != text:
        raise Damaged("was changed")
    return data


def _exactly(source: IO[bytes], size: int) -> bytes:
    if len(found := source.read(size)) != size:
        raise Damaged("is not whole")
    return found
