"""Requests to a till's and a cart's local doors, with odd values in every place."""

import json
from random import Random
from typing import Any
from urllib.parse import quote

from tests.stage.odd.every_kind import AT, COLA, LINE, ODD, leaves, with_odd
from tests.stage.odd.spoilt import spoilt
from tests.stage.odd.strange_requests import HEADER_TEXTS, TEXTS

SALE: dict[str, Any] = {
    "lines": [LINE | {"return_of": None}, {"code": "2012345005006", "unit_price": "9.80"}],
    "tenders": [{"kind": "cash", "amount": "8.40"}],
    "identities": [{"kind": "member", "value": "80012345"}],
    "ended_at": AT,
    "sequence": 7,
}
for one in SALE["lines"]:
    for name in ("line", "gtin"):
        one.pop(name, None)
RETURN: dict[str, Any] = {
    "lines": [
        {"code": COLA, "quantity": "1", "unit_price": "3.50", "unit": "each", "amount": "3.50"}
        | {"return_of": LINE["return_of"]}
    ],
    "tenders": [{"kind": "card", "amount": "3.50"}],
}
KEY = {"workstation_id": "till-1", "business_day": "2026-03-04", "sequence": 7}
MOVE = {
    "gtin": COLA,
    "quantity": "24",
    "from_location": "supplier",
    "to_location": "back-room",
    "reason": "delivery",
    "moved_at": AT,
    "reference": "DN-118",
}
COUNT = {"gtin": COLA, "location": "floor", "quantity": "7", "counted_at": AT}
ITEM = {"code": COLA, "quantity": "1", "unit_price": "3.50", "weight_g": 532.5, "unit": "each"}
Route = tuple[str, str, dict[str, Any] | None]
TILL: tuple[Route, ...] = (
    ("POST", "/v1/sales", SALE),
    ("POST", "/v1/sales", SALE),
    ("POST", "/v1/returns", RETURN),
    ("POST", "/v1/voids", {"receipt": KEY, "ended_at": AT}),
    ("POST", "/v1/no-sales", {"reason": "change", "ended_at": AT}),
    ("POST", "/v1/stock-moves", MOVE),
    ("POST", "/v1/stock-counts", COUNT),
    ("GET", "/v1/receipts/till-1/2026-03-04/{}", None),
    ("GET", "/v1/receipts/{}/{}/{}", None),
    ("GET", "/healthz", None),
    ("GET", "/{}", None),
)
SESSIONS = "/v1/cart/sessions"
CART: tuple[Route, ...] = (
    ("POST", SESSIONS, {"session_id": "a"}),
    ("POST", f"{SESSIONS}/{{}}/items", ITEM),
    ("POST", f"{SESSIONS}/{{}}/items", ITEM),
    ("POST", f"{SESSIONS}/{{}}/weight", {"weight_g": 532.5}),
    ("POST", f"{SESSIONS}/{{}}/close", {"weight_g": 532.5}),
    ("GET", "/healthz", None),
)
PAGE: tuple[Route, ...] = (
    ("GET", "/", None),
    ("GET", "/status.json", None),
    ("GET", "/pictures/{}", None),
    ("GET", "/doctor", None),
    ("GET", "/healthz", None),
    ("GET", "/{}", None),
)
SEGMENTS = (
    *(quote(text, safe="", errors="surrogatepass") for text in TEXTS),
    *(
        "a",
        "b",
        "c",
        "7",
        "%",
        "%zz",
        "%00",
        "%2f..",
        "%C0%AF",
        "%ED%A0%80",
        "a;b",
        "a?b",
        "..",
        "é",
    ),
)
NAMES = (
    *("Idempotency-Key", "Origin", "Host", "Content-Type", "Accept-Language", "Accept-Encoding"),
    *("Expect", "Range", "Cookie", "If-Modified-Since", "Connection", "Transfer-Encoding"),
    *("Content-Encoding", "Upgrade", "X-Forwarded-For", "Sec-WebSocket-Key"),
)
TEXTS_OF_HEADERS = (
    *HEADER_TEXTS,
    *TEXTS,
    *("100-continue", "gzip", "deflate", "br", "chunked", "identity", "websocket", "keep-alive"),
    *("close", "k1", "k2", "k3", "127.0.0.1:80:80", "[::1", "localhost", "évil", "\x7f", "\t"),
)
METHODS = ("GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "CONNECT", "get", "X-Y", "é")


def device_request(rng: Random, routes: tuple[Route, ...]) -> bytes:
    """One request as it goes over the wire: as many as not are sound but for one place."""
    method, path, body = rng.choice(routes)
    if rng.random() < 0.03:
        method = rng.choice(METHODS)
    while "{}" in path:
        path = path.replace("{}", rng.choice(SEGMENTS), 1)
    if rng.random() < 0.1:
        path += f"?{rng.choice(SEGMENTS)}={rng.choice(SEGMENTS)}"
    content = b"" if body is None else _content(rng, body)
    headers = _headers(rng, content)
    request = f"{method} {path} HTTP/1.1\r\n".encode() + headers + b"\r\n" + content
    if rng.random() < 0.01:
        # Whole, so that nobody waits for more: its head alone is spoilt.
        head = spoilt(rng, f"{method} {path} HTTP/1.1\r\n".encode() + headers)
        return head.replace(b"\r\n\r\n", b"\r\n") + b"\r\n\r\n" + b"\r\n\r\n"
    return request


def _content(rng: Random, sound: dict[str, Any]) -> bytes:
    what = rng.random()
    if what < 0.15:
        return json.dumps(sound).encode()
    if what < 0.3:
        return spoilt(rng, json.dumps(sound).encode())
    if what < 0.34:
        return rng.choice((b"", b"[]", b"null", b"[" * 100_000, b"9" * 5000, b"x" * 2**20))
    said = sound
    for _ in range(rng.choice((1, 1, 1, 2))):
        said = with_odd(said, rng.choice(list(leaves(said))), rng.choice(_odd(rng)))
        if not isinstance(said, dict) or not list(leaves(said)):
            break
    content = json.dumps(said)
    if rng.random() < 0.1:
        # The same name twice: which one a reader takes is its own affair.
        content = f'{{"{rng.choice(list(sound))}": {rng.choice(TWICE)}, {content[1:]}'
    return content.encode()


TWICE = ("1", "9" * 5000, "1e999", "NaN", "[" * 50 + "]" * 50, '"\\ud800"', '{"a": 1}')


def _odd(rng: Random) -> tuple[Any, ...]:
    return rng.choice((ODD, TEXTS, PLAUSIBLE))


PLAUSIBLE = (
    *("0", "-1", "0.0001", "1e3", "9999999999", "10000000000", "-0", "1E+1", "3.505", " 1 ", "１"),
    *(0, 1, -1, 7, 8, 2**31, 2**53 + 1, 0.1, 1e-300, 1e22),
    *("2026-03-04T04:00:00", "2026-03-04T24:00:00Z", "2027-01-01T00:00:00Z", "1970-01-01", 1e12),
    *("kg", "g", "m2", "each", "个", "]C1", "(01)09529000090015", "https://a/01/09529000090015"),
    *(
        "2012345005006",
        "6.9E+12",
        "phone",
        "+8613800138000",
        "n/a",
        "gift-card",
        "floor",
        "s02/floor",
    ),
    *("a", "a", "b", "a" * 80, "\u202e", "\u0000", "🦊" * 50, "till-1", "adjustment"),
)


def _headers(rng: Random, content: bytes) -> bytes:
    host = "localhost" if rng.random() < 0.97 else rng.choice(TEXTS_OF_HEADERS)
    lines = [("Host", host), ("Content-Length", str(len(content)))]
    if rng.random() < 0.5:
        lines.append(("Idempotency-Key", rng.choice(("k1", "k2", str(rng.random())))))
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        lines.append((rng.choice(NAMES), rng.choice(TEXTS_OF_HEADERS)))
    if any(text == "chunked" for _, text in lines):
        lines = [line for line in lines if line[1] != "chunked"]
    written = [f"{name}: {text}".encode(errors="surrogatepass") for name, text in lines]
    return b"".join(line.replace(b"\n", b"").replace(b"\r", b"") + b"\r\n" for line in written)
