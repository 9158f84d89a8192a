import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from cloud_hub.web.unusable_requests import LONGEST_TARGET
from tests.stage.odd.bounded import unbounded
from tests.stage.odd.fuzzed_hub import FuzzedHub, fuzzed_hub
from tests.stage.odd.raw_http import RawRequest, ask_raw
from tests.stage.odd.strange_requests import doors

SHA = "0" * 64


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzedHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with fuzzed_hub(folder) as opened:
        yield opened


def _key(hub: FuzzedHub) -> tuple[bytes, bytes]:
    name, _, value = hub.keys[0].partition(b": ")
    return name, value


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/api/v1/metrics/net-sales?from=0001-01-01", 422),
        ("GET", "/api/v1/metrics/net-sales?from=9999-12-31", 422),
        ("GET", "/api/v1/metrics/net-sales?as_of=0001-01-01T00:00:00%2B14:00", 422),
        ("GET", "/api/v1/metrics/net-sales?from=%ED%A0%80", 422),
        ("GET", "/api/v1/metrics/a%00b", 400),
        ("GET", "/api/v1/stock/s01?at=9999-12-31T23:59:59-14:00", 422),
        ("GET", "/api/v1/devices/s01-till/records/1/0/" + "9" * 5000, 422),
        ("GET", f"/api/v1/devices/s01-till/records/{2**63}/0/1", 422),
        ("GET", "/api/v1/stores?tenant=" + "x" * 100, 422),
        ("GET", "/api/v1/stores?tenant=%00", 400),
        ("GET", "/" + "x" * LONGEST_TARGET, 414),
        ("GET", "/api/v1/dead-letters/%ED%A0%80", 404),
        ("PATCH", "/api/v1/stores", 405),
        ("GET", "/api/v1/nowhere", 404),
    ],
)
def test_an_odd_address_is_refused_in_one_line(
    hub: FuzzedHub, method: str, target: str, status: int
) -> None:
    answer = hub.ask(RawRequest(method=method, target=target.encode(), headers=(_key(hub),)))
    assert answer.status == status
    detail = json.loads(answer.body)["detail"]
    assert isinstance(detail, str)
    assert "\n" not in detail
    assert len(detail) <= 330


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/api/v1/master-data", b"[" * 100_000),
        ("/api/v1/master-data", b'{"tenant_id": %s}' % (b"9" * 5000)),
        ("/api/v1/logins", b'{"tenant_id": "linguang", "login_name": "a\\u0000b"}'),
        ("/api/v1/devices/claim", b'{"tenant_id": "\\ud800"}'),
        ("/api/v1/devices/s01-till/commands", b'{"name": "x", "arguments": {"a": 1e999}}'),
        ("/api/v1/devices/s01-till/commands", b'{"name": "x", "arguments": {"a": "\\u0000"}}'),
        ("/api/v1/devices/s01-till/commands", b'{"name": "x", "expires_in_s": NaN}'),
        ("/api/v1/tokens", b"\xff\xfe\x00"),
        ("/api/v1/artifacts/assign", b'{"name": "a", "version": 1e30, "devices": ["x"]}'),
    ],
)
def test_an_odd_body_is_refused_in_one_line(hub: FuzzedHub, target: str, body: bytes) -> None:
    headers = (_key(hub), (b"content-type", b"application/json"))
    answer = hub.ask(RawRequest(method="POST", target=target.encode(), headers=headers, body=body))
    assert 400 <= answer.status < 500
    assert "\n" not in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        (b"range", b"bytes=" + b"9" * 5000 + b"-", 416),
        (b"range", b"bytes=" + b"0-0," * 500, 416),
        (b"content-length", b"9" * 14, 413),
        (b"content-length", "²".encode("latin-1"), 400),
        (b"authorization", b"Basic AA==", 401),
        (b"cookie", b"aisle_session=\x00\xff", 401),
    ],
)
def test_an_odd_header_is_refused(hub: FuzzedHub, name: bytes, value: bytes, status: int) -> None:
    answer = hub.ask(RawRequest(method="GET", target=b"/api/v1/stores", headers=((name, value),)))
    assert answer.status == status


def test_a_range_of_a_picture_is_a_number_of_bytes(hub: FuzzedHub) -> None:
    headers = ((b"content-range", b"bytes 0-1/" + b"9" * 5000),)
    answer = hub.ask(
        RawRequest(method="PUT", target=f"/api/v1/media/{SHA}".encode(), headers=headers)
    )
    assert 400 <= answer.status < 500


def test_a_body_that_does_not_end_is_refused(hub: FuzzedHub) -> None:
    request = RawRequest(
        method="POST",
        target=b"/api/v1/logins",
        headers=(_key(hub), (b"content-type", b"application/json")),
        body=b" " * (65 * 1024 * 1024),
    )
    assert asyncio.run(ask_raw(hub.app, request)).status in (400, 413)


def test_nothing_that_a_door_takes_may_be_endless(hub: FuzzedHub) -> None:
    assert len(list(doors(hub.app.routes))) > 50
    assert not list(_endless(hub.app))


def _endless(app: FastAPI) -> Iterator[str]:
    for route in doors(app.routes):
        told = route.dependant
        for asked in (*told.path_params, *told.query_params, *told.body_params):
            for part in unbounded(asked.field_info.rebuild_annotation()):
                yield f"{route.path} {asked.name}: {part}"
