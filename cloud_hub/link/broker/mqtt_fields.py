"""The pieces that MQTT packets are made of. Source: MQTT 3.1.1, sections 1.5 and 2.2."""

import asyncio


class Malformed(Exception):
    """These bytes are not what they say they are; what is wrong, in a few words."""


class Fields:
    """Reads the fields of one packet, one after another, and never beyond its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes. Raises Malformed where there are fewer."""
        end = self._at + count
        if end > len(self._data):
            raise Malformed("ends within a field")
        taken, self._at = self._data[self._at : end], end
        return taken

    def number(self, count: int = 2) -> int:
        """The next number, of `count` bytes."""
        return int.from_bytes(self.take(count), "big")

    def binary(self) -> bytes:
        """The next field with its length before it."""
        return self.take(self.number())

    def text(self) -> str:
        """The next text. Raises Malformed for what is no UTF-8, and for NUL."""
        try:
            text = self.binary().decode()
        except UnicodeDecodeError as error:
            raise Malformed("a text is not UTF-8") from error
        if "\0" in text:
            raise Malformed("a text holds NUL")
        return text

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def end(self) -> None:
        """Raises Malformed where something is left."""
        if self.left:
            raise Malformed("goes on after its last field")


async def read_length(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """A packet's remaining length: as it stands there, and its value. Raises Malformed where it
    takes more than four bytes, IncompleteReadError at the end."""
    said, value = b"", 0
    while len(said) < 4:
        said += await reader.readexactly(1)
        value |= (said[-1] & 0x7F) << 7 * (len(said) - 1)
        if not said[-1] & 0x80:
            return said, value
    raise Malformed("its length is no length")


def length_bytes(value: int) -> bytes:
    """A remaining length as it stands in a packet."""
    said = bytearray()
    while True:
        value, digit = value >> 7, value & 0x7F
        said.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(said)


def field(data: bytes) -> bytes:
    """`data` with its length before it."""
    return len(data).to_bytes(2, "big") + data
