"""How a message goes out: mail by SMTP, a signed webhook by HTTP. Never to an address inside."""

import asyncio
import contextlib
import hashlib
import hmac
import ipaddress
import json
import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from cloud_hub.fleet.on_call.rota import Encryption, OnCall, Smtp
from device_profiles.failures import in_words

PATIENCE_S: Final = 20.0
SENT: Final = "sent"
FAILED: Final = "failed"
TIME_HEADER: Final = "X-Aisle-Time"
SIGNATURE_HEADER: Final = "X-Aisle-Signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallLetter:
    """What is sent: a subject, a text for people, and the same for programs."""

    subject: str
    text: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingResult:
    """`sent`, `failed`, or None where nobody knows; and why."""

    outcome: str | None
    detail: str = ""


async def send(on_call: OnCall, told: str, letter: OnCallLetter, now: datetime) -> SendingResult:
    """Sends a letter to who is `told`, once."""
    name, _, way = told.rpartition("/")
    person = on_call.person(name)
    try:
        if way == "webhook" and person.webhook is not None:
            body = json.dumps(letter.facts, sort_keys=True).encode()
            return await _post(on_call, person.webhook, signed(person.secret, body, now), body)
        if way == "mail" and person.mail is not None and on_call.smtp is not None:
            mail = _mail(on_call.smtp.sender, person.mail, letter)
            return await asyncio.to_thread(_hand_over, on_call.smtp, mail)
    except (TimeoutError, smtplib.SMTPServerDisconnected, aiohttp.ServerDisconnectedError) as error:
        return SendingResult(outcome=None, detail=f"no answer: {in_words(error)}")
    except (OSError, smtplib.SMTPException, aiohttp.ClientError, ValueError) as error:
        return SendingResult(outcome=FAILED, detail=in_words(error))
    return SendingResult(outcome=FAILED, detail="has no such address any more")


def signed(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers by which a webhook knows that a message is ours, and of now."""
    at = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {TIME_HEADER: at, SIGNATURE_HEADER: f"sha256={digest}"}


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the internet, in whichever way it is written."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_outside(str(inner))
        if ip in NAT64:
            return is_outside(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
    return ip.is_global and not ip.is_multicast


NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class GuardedResolver(AbstractResolver):
    """Finds addresses as usual, and refuses those of this machine and of private networks but for
    the hosts that are allowed by name. What it finds is what is connected to."""

    def __init__(self, allow: tuple[str, ...]) -> None:
        self._allow = allow
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises OSError for one inside."""
        found = await self._inner.resolve(host, port, family)
        for one in found:
            require_outside(host, one["host"], self._allow)
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._inner.close()


def require_outside(host: str, address: str, allow: tuple[str, ...]) -> None:
    """Raises OSError where the address is inside and the host is not allowed by name."""
    if host not in allow and not is_outside(address):
        raise OSError(f"{host} is an address inside; name it under allow if that is meant")


async def _post(
    on_call: OnCall, url: str, headers: Mapping[str, str], body: bytes
) -> SendingResult:
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        # A number is asked of no resolver.
        require_outside(host, str(ipaddress.ip_address(host)), on_call.allow)
    connector = aiohttp.TCPConnector(resolver=GuardedResolver(on_call.allow), use_dns_cache=False)
    async with (
        aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=PATIENCE_S)
        ) as session,
        session.post(
            url,
            data=body,
            headers={"Content-Type": "application/json", **headers},
            allow_redirects=False,
        ) as answer,
    ):
        if 200 <= answer.status < 300:
            return SendingResult(outcome=SENT)
        return SendingResult(outcome=FAILED, detail=f"answered {answer.status}")


def _mail(sender: str, to: str, letter: OnCallLetter) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    return mail


def _hand_over(smtp: Smtp, mail: EmailMessage) -> SendingResult:
    context = ssl.create_default_context()
    kind = smtplib.SMTP_SSL if smtp.encryption is Encryption.TLS else smtplib.SMTP
    more: dict[str, Any] = {"context": context} if smtp.encryption is Encryption.TLS else {}
    with kind(smtp.host, smtp.port, timeout=PATIENCE_S, **more) as server:
        if smtp.encryption is Encryption.STARTTLS:
            server.starttls(context=context)
        if smtp.user:
            server.login(smtp.user, smtp.password)
        server.send_message(mail)
    return SendingResult(outcome=SENT)
