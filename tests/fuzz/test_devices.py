"""The local doors of tills and carts, asked over their sockets with odd values in every place."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.budget import Fuzz
from tests.stage.odd.device_requests import CART, PAGE, TILL, device_request
from tests.stage.odd.fuzzed_device import (
    FULL,
    TROUBLE,
    FuzzedDevice,
    fuzzed_device,
    said_in_a_line,
)

API = {"till": TILL, "cart": CART}


@pytest.fixture(scope="module", params=["till", "cart"])
def device(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, FuzzedDevice]]:
    folder: Path = tmp_path_factory.mktemp("device")
    with fuzzed_device(folder, request.param) as running:
        yield request.param, running


def test_no_request_breaks_a_devices_doors(device: tuple[str, FuzzedDevice]) -> None:
    kind, running = device
    ports = {running.api: API[kind], running.page: PAGE}

    def tried(rng: Random) -> None:
        port = running.api if rng.random() < 0.9 else running.page
        request = device_request(rng, ports[port])
        answer = running.ask(request, port)
        assert not running.errors.kept, (request[:2000], running.errors.kept)
        if answer is None:
            return
        assert answer.status < TROUBLE or answer.status == FULL, (request[:2000], answer)
        if port == running.api:
            assert said_in_a_line(answer), (request[:2000], answer)

    Fuzz(f"requests to a {kind}").try_seeds(tried)
