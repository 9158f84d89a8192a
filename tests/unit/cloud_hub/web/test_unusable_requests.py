"""What no request may be, whatever door it knocks at."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy.exc import IntegrityError, OperationalError

from cloud_hub.web.unusable_requests import (
    LARGEST_BODY,
    LONGEST_TARGET,
    OWN_LIMITS,
    refuse_unusable,
    refused,
)


def app() -> FastAPI:
    made = FastAPI()
    refuse_unusable(made)

    @made.get("/count")
    async def count(number: int) -> int:
        return number

    @made.post("/{path:path}")
    async def take(request: Request) -> int:
        return len(await request.body())

    @made.get("/out-of-order")
    async def out_of_order() -> None:
        raise OperationalError("SELECT", {}, Exception("x"), connection_invalidated=True)

    @made.get("/wrong")
    async def wrong() -> None:
        raise IntegrityError("INSERT", {}, Exception("x"))

    return made


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app())
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        yield client


def said(answer: httpx.Response) -> str:
    """The one line of a refusal."""
    assert list(answer.json()) == ["detail"]
    line = answer.json()["detail"]
    assert "\n" not in line
    return line


async def test_what_can_be_used_comes_in(http: httpx.AsyncClient) -> None:
    answer = await http.get("/count?number=7", headers={"Range": "bytes=0-99, 200-"})
    assert (answer.status_code, answer.json()) == (200, 7)
    assert (await http.post("/any", content=b"x" * 1000)).json() == 1000


@pytest.mark.parametrize(
    ("path", "headers", "status", "why"),
    [
        ("/count?number=%00", {}, 400, "a NUL"),
        ("/a%00b", {}, 400, "a NUL"),
        ("/count?number=" + "1" * LONGEST_TARGET, {}, 414, f"{LONGEST_TARGET} bytes"),
        ("/count?number=1", {"Range": "lines=1-2"}, 416, "bytes=START-END"),
        ("/count?number=1", {"Range": "bytes=" + "9" * 20 + "-"}, 416, "bytes=START-END"),
        ("/count?number=1", {"Content-Length": "many"}, 400, "number of bytes"),
        ("/count?number=1", {"Content-Length": "-1"}, 400, "number of bytes"),
        ("/count?number=1", {"Content-Length": str(LARGEST_BODY + 1)}, 413, f"{LARGEST_BODY}"),
        ("/count?number=one", {}, 422, "number"),
        ("/count", {}, 422, "number"),
    ],
)
async def test_what_no_door_can_use_is_refused_in_one_line(
    http: httpx.AsyncClient, path: str, headers: dict[str, str], status: int, why: str
) -> None:
    answer = await http.get(path, headers=headers)
    assert answer.status_code == status
    assert why in said(answer)


@pytest.mark.parametrize("door", OWN_LIMITS)
async def test_a_door_with_a_limit_of_its_own_is_asked_itself(
    http: httpx.AsyncClient, door: str
) -> None:
    told = {"Content-Length": str(LARGEST_BODY + 1)}
    assert (await http.post(f"{door}a", content=b"x", headers=told)).status_code == 200
    assert (await http.post("/other", content=b"x", headers=told)).status_code == 413


async def test_a_database_that_is_out_of_order_is_asked_again_later(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/out-of-order")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "ask again later" in said(answer)


async def test_any_other_fault_of_a_statement_is_the_hub_s_own(http: httpx.AsyncClient) -> None:
    with pytest.raises(IntegrityError):
        await http.get("/wrong")


def test_a_refusal_is_one_short_line_whatever_it_quotes() -> None:
    answer = refused(400, "a\n  b\x00\ud800" + "c" * 5000, {"X-Why": "so"})
    line = bytes(answer.body).decode()
    assert line.startswith('{"detail":"a b')
    assert len(line) < 1000
    assert "\\u0000" not in line
    assert answer.headers["X-Why"] == "so"
