"""Requests that try a hub's doors: its own addresses, with odd values in every place."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import strategies as st

from tests.stage.odd.every_kind import BODIES, ODD
from tests.stage.odd.raw_http import RawRequest

TEXTS = (
    "s01",
    "linguang",
    "s01-till",
    "shelf-1",
    "net-sales",
    "footfall",
    "1",
    "0",
    "-1",
    str(2**63),
    str(2**64),
    "9" * 5000,
    "1e999",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-03-04",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-04T00:00:00Z",
    "a\0b",
    "\ud800",
    "％",
    "../../etc/passwd",
    "[",
    "//[",
    "",
    " ",
    "x" * 4000,
    "day",
    "hour",
    "true",
    "0" * 64,
    "٣",
    "²",
)
NAMES = [
    "store",
    "from",
    "to",
    "grain",
    "each",
    "brand",
    "fixture",
    "device",
    "as_of",
    "tenant",
    "after",
    "gtin",
    "at",
    "all",
    "export",
    "origin",
    "problem-sort",
    "problem-page",
    "next",
    "seconds",
    "tenant_id",
    "day",
    "zone",
]
HEADERS = [
    "range",
    "content-range",
    "content-length",
    "content-type",
    "authorization",
    "cookie",
    "origin",
    "accept-language",
    "if-none-match",
    "sec-fetch-site",
    "x-forwarded-for",
]
HEADER_TEXTS = (
    "bytes=0-",
    "bytes=" + "9" * 5000 + "-",
    "bytes=0-" + "9" * 400,
    "bytes=-1",
    "bytes=" + "0-0," * 50,
    "bytes 0-9/" + "9" * 5000,
    "bytes 9-0/1",
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "Basic AA==",
    "Basic " + "/" * 40,
    "Bearer " + "x" * 5000,
    "http://[",
    "http://hub",
    "en;q=9,zh;q=" + "9" * 300,
    "²",
)
SCALARS = st.one_of(
    st.sampled_from([odd for odd in ODD if not isinstance(odd, float)]),
    st.sampled_from(TEXTS),
    st.integers(),
    st.booleans(),
    st.text(max_size=20),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = [
    "tenant_id",
    "device_id",
    "claim_token",
    "secret",
    "login_name",
    "password",
    "role",
    "scope_id",
    "name",
    "arguments",
    "expires_in_s",
    "command_id",
    "state",
    "over_version",
    "version",
    "devices",
    "answer",
    "gtin",
    "fixture_id",
    "slot_id",
    "body",
    "stores",
    "products",
    "brands",
    "currency",
    "planograms",
    "lines",
    "tenders",
    "ended_at",
    "sequence",
    "receipt",
    "code",
    "quantity",
    "unit_price",
    "amount",
    "discount",
    "identities",
    "reason",
    "location",
    "weight_g",
    "session_id",
]
RAW = st.one_of(
    st.just(b"[" * 100_000),
    st.just(b'{"a":' * 5000),
    st.just(b"9" * 5000),
    st.just(b'{"state":{"a":' + b"9" * 4000 + b"}}"),
    st.just(b'{"state":{"a":1e999}}'),
    st.just(b'{"state":{"a":"\\ud800"}}'),
    st.just(b'{"state":{"a":NaN}}'),
    st.just(b"\xff\xfe"),
    st.binary(max_size=60),
)
BODY = st.one_of(
    RAW,
    st.sampled_from(sorted(BODIES)).map(lambda kind: json.dumps(BODIES[kind]).encode()),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6).map(
        lambda said: json.dumps(said).encode()
    ),
    JSON.map(lambda said: json.dumps(said).encode()),
)
SEGMENT = st.sampled_from(TEXTS) | st.text(max_size=12)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def doors(routes: Iterable[object]) -> Iterator[APIRoute]:
    """Every door of the API. FastAPI keeps the routers that an application included as they are,
    from release to release in another way."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from doors(inner.routes)


def addresses(app: FastAPI, pages: Sequence[str]) -> list[tuple[str, str]]:
    """Method and path of everything that the application answers, with `{}` for each part.  Raises
    ValueError where the API's own description knows a door that was not found."""
    found = [("GET", page) for page in pages]
    for route in doors(app.routes):
        path = re.sub(r":\w+}", "}", route.path)
        found += [(method, path) for method in sorted(route.methods)]
    described = app.openapi()["paths"]
    missing = {
        (method.upper(), path) for path, methods in described.items() for method in methods
    }.difference(found)
    if missing:
        raise ValueError(f"doors that nobody would try: {sorted(missing)}")
    return found


@st.composite
def requests(
    draw: st.DrawFn, known: Sequence[tuple[str, str]], keys: Sequence[bytes]
) -> RawRequest:
    """One request; `keys` are cookies and tokens as header lines that let it in."""
    method, path = draw(st.sampled_from(known))
    if draw(st.integers(0, 20)) == 0:
        method = draw(st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS"]))
    parts = []
    for part in path.split("/"):
        is_open = part.startswith("{")
        parts.append(_quoted(draw(SEGMENT)) if is_open else part)
    query = "&".join(
        f"{name}={_quoted(draw(SEGMENT))}"
        for name in draw(st.lists(st.sampled_from(NAMES), max_size=4))
    )
    target = "/".join(parts) + (f"?{query}" if query else "")
    headers = [
        (
            name.encode(),
            draw(st.sampled_from(HEADER_TEXTS) | st.sampled_from(TEXTS)).encode(
                "latin-1", "replace"
            ),
        )
        for name in draw(st.lists(st.sampled_from(HEADERS), max_size=2, unique=True))
    ]
    if keys and draw(st.integers(0, 9)):
        name, _, value = draw(st.sampled_from(keys)).partition(b": ")
        headers = [one for one in headers if one[0] != name] + [
            (name, value),
            (b"origin", b"http://hub"),
        ]
    body = draw(BODY) if method in ("POST", "PUT", "PATCH") else b""
    if body and not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"application/json"))
    return RawRequest(method=method, target=target.encode(), headers=tuple(headers), body=body)
