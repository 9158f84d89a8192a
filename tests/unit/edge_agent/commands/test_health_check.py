"""An agent asked from its own machine: well, another's, not there."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from device_profiles.device import DeviceProfile
from edge_agent.commands.health_check import NotHealthy, ask_agent

WELL = {"status": "ok", "device": "s01-till", "link": "online", "waiting": 3, "balanced": True}


def profile(**more: object) -> DeviceProfile:
    return DeviceProfile.model_validate(
        {"tenant_id": "demo", "store_id": "s01", "device_id": "s01-till", "kind": "till", **more}
    )


@contextmanager
def answering(port: int, status: int, body: str) -> Iterator[None]:
    """A server that says this to everybody."""

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", port), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_till_is_asked_by_its_api_and_else_by_its_page(
    free_port: Callable[[], int], host: str
) -> None:
    port = free_port()
    line = "ok: s01-till, hub online, 3 waiting"
    with answering(port, 200, json.dumps(WELL)):
        assert ask_agent(profile(till={"port": port, "host": host}, page_port=1)) == line
        assert ask_agent(profile(page_port=port, page_host=host)) == line


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, json.dumps(WELL | {"device": "s01-door"})),
        (500, json.dumps(WELL)),
        (421, "ask by another name"),
        (200, "[]"),
        (200, "{}"),
    ],
)
def test_whoever_is_not_this_agent_or_is_not_well_is_told(
    free_port: Callable[[], int], status: int, body: str
) -> None:
    port = free_port()
    with answering(port, status, body), pytest.raises(NotHealthy) as told:
        ask_agent(profile(page_port=port))
    assert "\n" not in str(told.value)


def test_nobody_there_and_nobody_to_ask(free_port: Callable[[], int]) -> None:
    with pytest.raises(NotHealthy, match="no agent answers at"):
        ask_agent(profile(page_port=free_port()))
    with pytest.raises(NotHealthy, match="nobody can be asked"):
        ask_agent(profile())
