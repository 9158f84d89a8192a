"""Who is answered by a device's local servers, and what every answer of theirs forbids."""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # The page's one style sheet stands in it: it works with no network and in one answer.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PROTECTION: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def guard(app: web.Application, names: Iterable[str]) -> None:
    """Answers what is asked of this device by its own address, `localhost`, the machine's name or
    one of `names`, and nothing else: a page of another site that had its own name lead here would
    otherwise read and command the device from inside the store."""
    host_name = socket.gethostname().lower()
    known = {"localhost", host_name, f"{host_name}.local", *(name.lower() for name in names)}

    @web.middleware
    async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = _host(request)
        if asked not in known and not _is_own_address(request, asked):
            said = (
                f"this device does not answer as {asked[:80]!r}; ask for its own address, or name"
                " it in page_names of its profile"
            )
            return web.json_response({"error": said}, status=421)
        return await handler(request)

    async def protect(_: web.Request, response: web.StreamResponse) -> None:
        for name, value in PROTECTION.items():
            response.headers.setdefault(name, value)

    app.middlewares.insert(0, refuse_strangers)
    app.on_response_prepare.append(protect)


def _host(request: web.Request) -> str:
    """The name that was asked for, without its port; empty where none was, or none that can be."""
    try:
        name = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return ""
    return name.lower().rstrip(".")


def _is_own_address(request: web.Request, asked: str) -> bool:
    """Whether it is the address by which this very connection came."""
    own = request.transport.get_extra_info("sockname") if request.transport else None
    try:
        return own is not None and _address(asked) == _address(str(own[0]))
    except ValueError:
        return False


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
