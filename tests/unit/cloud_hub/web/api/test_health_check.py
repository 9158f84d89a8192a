"""The hub asked from its own machine: ready, not ready, not there; by TLS and without."""

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_hub.core.keys.authority import ensure_authority
from cloud_hub.core.settings import Address, HubSettings
from cloud_hub.web.api.health_check import ReadyAnswer, ask_ready


@contextmanager
def answering(port: int, status: int, body: str, pair: tuple[Path, Path] | None) -> Iterator[None]:
    """A server that says this to everybody."""

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", port), Door)
    if pair is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (200, '{"status": "ready"}', ReadyAnswer(is_ready=True, line="ready")),
        (503, '{"status": "broker away"}', ReadyAnswer(is_ready=False, line="broker away")),
    ],
)
def test_it_says_what_the_hub_says(
    tmp_path: Path, free_port: Callable[[], int], status: int, body: str, answer: ReadyAnswer
) -> None:
    at = Address(host="127.0.0.1", port=free_port())
    with answering(at.port, status, body, None):
        assert ask_ready(HubSettings(data_dir=tmp_path, http=at)) == answer


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", ""])
def test_what_is_no_hub_is_not_ready(
    tmp_path: Path, free_port: Callable[[], int], body: str
) -> None:
    at = Address(host="127.0.0.1", port=free_port())
    with answering(at.port, 200, body, None):
        said = ask_ready(HubSettings(data_dir=tmp_path, http=at))
    assert not said.is_ready
    assert said.line.startswith(f"no hub answers at 127.0.0.1:{at.port}")
    assert not ask_ready(HubSettings(data_dir=tmp_path, http=at)).is_ready


def test_by_tls_it_knows_the_hub_and_no_stranger(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    everywhere = Address(host="0.0.0.0", port=free_port())
    settings = HubSettings(data_dir=tmp_path / "hub", http=everywhere, names=("hub.example",))
    ready = '{"status": "ready"}'
    own, others = (
        ensure_authority(HubSettings(data_dir=tmp_path / name), datetime.now(UTC))
        for name in ("hub", "other")
    )
    for authority in (own, others):
        authority.keep_own(settings.server_names, datetime.now(UTC))
    stranger = (others.server.certificate, others.server.key)
    with answering(everywhere.port, 200, ready, (own.server.certificate, own.server.key)):
        assert ask_ready(settings).is_ready
    with answering(everywhere.port, 200, ready, stranger):
        assert not ask_ready(settings).is_ready
        given = settings.model_copy(
            update={"tls_cert": others.server.certificate, "tls_key": others.server.key}
        )
        assert ask_ready(given).is_ready
