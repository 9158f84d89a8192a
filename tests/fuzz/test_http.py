"""The hub's HTTP doors, asked in process with odd values in every place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.budget import Fuzz
from tests.stage.odd.fuzzed_hub import FuzzedHub, fuzzed_hub
from tests.stage.odd.raw_http import RawRequest
from tests.stage.odd.strange_requests import requests


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzedHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with fuzzed_hub(folder) as opened:
        yield opened


def test_no_request_breaks_the_hub(hub: FuzzedHub) -> None:
    def tried(request: RawRequest) -> None:
        answer = hub.ask(request)
        assert not answer.is_fault(request), (request, answer.body[:300])

    Fuzz("requests to the hub").try_all(tried, request=requests(hub.known, hub.keys))
