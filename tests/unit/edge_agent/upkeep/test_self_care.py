import logging
from pathlib import Path

import pytest

from edge_agent.core.errors import EdgeError
from edge_agent.core.log_tail import KEPT_LINES, LogTail, tailing
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from edge_agent.settings import EdgeSettings, load_settings
from edge_agent.upkeep.doctor.examination import Examination
from edge_agent.upkeep.self_care import add_self_care, secrets_of
from sync.core.clock import ManualClock
from sync.link.credentials import DeviceCredentials, save_credentials
from sync.link.mqtt import BrokerAddress

TILL = """
tenant_id = "demo"
store_id = "s01"
device_id = "s01-till"
kind = "till"
claim_token = "0123456789abcdef"
[till]
currency = "CNY"
"""
HUB = "http://127.0.0.1:9"


@pytest.fixture
def settings(tmp_path: Path) -> EdgeSettings:
    path = tmp_path / "till.toml"
    path.write_text(TILL, encoding="utf-8")
    return load_settings(path, tmp_path / "data", HUB)


@pytest.fixture
def remote(writer: Writer, settings: EdgeSettings, clock: ManualClock) -> Remote:
    remote = Remote(writer=writer, facts={})
    examination = Examination(settings=settings, clock=clock, cameras=tuple)
    with tailing(LogTail()) as tail:
        logging.getLogger("tests").warning("one line")
        logging.getLogger("tests").warning("another line")
    add_self_care(remote, examination, tail)
    return remote


async def test_a_device_tests_itself_and_says_what_to_do(remote: Remote) -> None:
    said = await remote.commands["self-test"]({})
    assert said.splitlines()[0].startswith(f"wrong   hub {HUB}: this device was never let in; get")
    assert said.splitlines()[-1] == "1 wrong"
    assert "ok      clock: 2026-11-22 04:00:00 UTC" in said


async def test_a_device_shows_its_newest_lines(remote: Remote) -> None:
    show = remote.commands["show-log"]
    assert "one line" in await show({})
    assert "one line" not in await show({"lines": 1})


@pytest.mark.parametrize("lines", [0, -1, KEPT_LINES + 1, "many", None, 1.5, []])
async def test_a_number_of_lines_that_cannot_be_is_refused(remote: Remote, lines: object) -> None:
    with pytest.raises(EdgeError, match="lines: "):
        await remote.commands["show-log"]({"lines": lines})


def test_token_and_password_are_known_as_secrets(settings: EdgeSettings) -> None:
    assert secrets_of(settings) == {"0123456789abcdef"}
    credentials = DeviceCredentials(
        tenant="demo",
        store="s01",
        device="s01-till",
        password="sesame",
        brokers=(BrokerAddress(host="127.0.0.1", port=9),),
        hub_url=HUB,
    )
    save_credentials(settings.data_dir, credentials)
    assert secrets_of(settings) == {"0123456789abcdef", "sesame"}
