"""What a mosquitto says, and how much of it the hub's log repeats."""

import logging
from pathlib import Path

import pytest

from cloud_hub.core.errors import InvalidSettings
from cloud_hub.link.mosquitto import broker_process
from cloud_hub.link.mosquitto.broker_process import BrokerProcess, level_of, mosquitto_program
from tests.stage.servers import mosquitto_path


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("Error: Address already in use", logging.ERROR),
        ("Warning: Mosquitto should not be run as root/administrator.", logging.WARNING),
        ("Client connection from 127.0.0.1 failed: error:0A000086:SSL", logging.WARNING),
        ("OpenSSL Error[0]: error:0A0000C7:SSL routines::no certificate", logging.WARNING),
        ("OpenSSL Error[0]: error:0A000126:SSL::unexpected eof while reading", logging.DEBUG),
        ("New connection from 127.0.0.1:1 on port 8883.", logging.DEBUG),
        ("Client a.till closed its connection.", logging.DEBUG),
        ("mosquitto version 2.0.11 running", logging.INFO),
    ],
)
def test_a_line_is_as_loud_as_what_it_says(line: str, level: int) -> None:
    assert level_of(line) == level


def test_strangers_at_the_door_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 0.0
    process = BrokerProcess(configuration=Path("none"), monotonic_s=lambda: now_s)
    for _ in range(1000):
        process._say("Client connection from 192.0.2.1 failed: bad certificate")
    assert len(caplog.records) <= broker_process.MOST_LINES_A_MINUTE
    now_s = 61.0
    process._say("Client connection from 192.0.2.1 failed: bad certificate")
    assert "940 more lines" in caplog.text


@pytest.mark.needs_mosquitto
async def test_the_reason_why_it_ended_is_kept(tmp_path: Path) -> None:
    mosquitto_path()
    config = tmp_path / "mosquitto.conf"
    config.write_text("no_such_option true\nlog_dest stderr\n")
    process = BrokerProcess(configuration=config, monotonic_s=lambda: 0.0)
    assert await process.run() != 0
    assert "Error" in process.last_error
    assert process.pid is None


def test_without_mosquitto_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_process, "SEARCHED", "/nowhere")
    with pytest.raises(InvalidSettings, match="apt install mosquitto") as told:
        mosquitto_program()
    assert "\n" not in str(told.value)
