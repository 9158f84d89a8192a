"""The accounts, asked of a running hub or at the database itself."""

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cloud_hub.core.errors import HubError, Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.reconciliation.client import audit_here, device_here, record_here, told_by
from cloud_hub.reconciliation.event_trace import RecordName
from cloud_hub.register import PROJECTIONS
from tests.stage.booking import book
from tests.talking_device import cola, receipt


async def door(request: web.Request) -> web.Response:
    """A hub's door, as far as a client sees it."""
    match request.match_info["what"]:
        case "echo":
            return web.json_response(
                {
                    "token": request.headers.get("authorization"),
                    "tenant": request.query.get("tenant"),
                }
            )
        case "locked":
            return web.json_response({"detail": "sign in"}, status=401)
        case "refused":
            return web.json_response({"detail": "no device s09 for this login"}, status=404)
        case "invalid":
            return web.json_response({"detail": [{"msg": "not a number"}]}, status=422)
        case "list":
            return web.json_response([1], status=500)
        case _:
            return web.Response(text="<html>", status=502, content_type="text/html")


@pytest.fixture
async def hub() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/api/v1/{what}", door)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_a_running_hub_is_asked_with_the_token_for_one_chain(hub: str) -> None:
    assert await told_by(hub + "/", "secret", "echo", tenant_id="linguang") == {
        "token": "Bearer secret",
        "tenant": "linguang",
    }
    assert await told_by(hub, "", "echo") == {"token": None, "tenant": None}


@pytest.mark.parametrize(
    ("path", "token", "said"),
    [
        ("locked", "", "it wants a token; give --token or set AISLE_TOKEN"),
        ("locked", "old", "this token is not known to it; give --token"),
        ("refused", "t", "no device s09 for this login"),
        ("invalid", "t", "not a number"),
        ("list", "t", "it answers 500 Internal Server Error"),
        ("page", "t", "it answers 502 Bad Gateway"),
    ],
)
async def test_a_refusal_is_one_line_in_the_hubs_own_words(
    hub: str, path: str, token: str, said: str
) -> None:
    with pytest.raises(HubError) as caught:
        await told_by(hub, token, path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_an_address_that_is_none_is_told_with_what_to_write(
    free_port: Callable[[], int],
) -> None:
    with pytest.raises(HubError, match="write http://HOST:PORT"):
        await told_by("hub1", "", "audit")
    with pytest.raises(HubError, match="no hub answers at http"):
        await told_by(f"http://127.0.0.1:{free_port()}", "", "audit")


def test_the_database_itself_tells_the_same_accounts(
    hub_database: Database, make_ingest: Callable[[Database], Ingest]
) -> None:
    book(make_ingest(hub_database), receipt(1, cola()))
    place = {"database": hub_database.engine.url.render_as_string(hide_password=False)}
    assert audit_here(place)["balanced"] is True
    assert audit_here(place, tenant_id="nobody")["devices"] == []
    assert device_here(place, "s01-till")["device"] == "s01-till"
    name = RecordName.read("s01-till/1/sale/1")
    assert record_here(place, name, PROJECTIONS.traces)["place"] == "applied"
    with pytest.raises(Refused, match="no device s01-till in this hub; see: aisle audit"):
        record_here(place, name, PROJECTIONS.traces, tenant_id="nobody")
