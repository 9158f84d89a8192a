"""The console's websocket, spoken to in process: every act with odd fields, and odd messages."""

import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.budget import Fuzz
from tests.stage.odd.fuzzed_device import Errors
from tests.stage.odd.fuzzed_hub import FuzzedHub, fuzzed_hub
from tests.stage.odd.strange_talks import talk

NEW_SESSIONS_EVERY = 50


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzedHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with fuzzed_hub(folder) as opened:
        yield opened


@pytest.fixture
def errors() -> Iterator[Errors]:
    kept = Errors()
    logging.getLogger().addHandler(kept)
    yield kept
    logging.getLogger().removeHandler(kept)


def test_no_talk_breaks_the_console(hub: FuzzedHub, errors: Errors) -> None:
    fuzz, cookies, talks = Fuzz("messages to the console's tabs"), hub.cookies(), 0

    def tried(rng: Random) -> None:
        nonlocal cookies, talks
        if talks % NEW_SESSIONS_EVERY == 0:
            cookies = hub.cookies()
        talks += 1
        said = talk(rng, cookies)
        fuzz.inputs += len(said.messages)
        heard = hub.follow(said)
        assert heard.raised is None, (said, repr(heard.raised))
        assert not errors.kept, (said, errors.kept)

    fuzz.try_seeds(tried)
