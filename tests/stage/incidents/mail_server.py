"""A mail server that keeps what it is handed, on a port of its own, over a real socket."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

HANGS_UP, REFUSES = "hangs up", "refuses"


@dataclass
class MailServer:
    """`behaviour`: "" takes every mail; `refuses` refuses the person; `hangs up` after the text."""

    port: int = 0
    behaviour: str = ""
    mails: list[EmailMessage] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        try:
            while line := await reader.readline():
                verb = line.split()[0].upper() if line.split() else b""
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    text = await reader.readuntil(b"\r\n.\r\n")
                    parsed = email.message_from_bytes(text[:-3], policy=email.policy.default)
                    assert isinstance(parsed, EmailMessage)
                    self.mails.append(parsed)
                    if self.behaviour == HANGS_UP:
                        return
                if verb == b"RCPT" and self.behaviour == REFUSES:
                    writer.write(b"550 nobody of that name\r\n")
                    continue
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
                if verb == b"QUIT":
                    return
        finally:
            writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    kept = MailServer()
    server = await asyncio.start_server(kept.serve, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept
