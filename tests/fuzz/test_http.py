"""The hub's HTTP doors, asked in process with odd values in every place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from tests.fuzz.budget import Budget, fuzzed
from tests.stage.odd.fuzzed_hub import FuzzedHub, fuzzed_hub
from tests.stage.odd.raw_http import RawRequest
from tests.stage.odd.strange_requests import requests


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzedHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with fuzzed_hub(folder) as opened:
        yield opened


def test_no_request_breaks_the_hub(hub: FuzzedHub) -> None:
    budget = Budget()

    @fuzzed
    @given(request=requests(hub.known, hub.keys))
    def tried(request: RawRequest) -> None:
        if budget.is_over():
            return
        answer = hub.ask(request)
        assert answer.status < 500, (request, answer.body[:300])

    tried()
