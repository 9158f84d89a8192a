"""`docs/deploy.md`, typed as it stands on a machine in a folder: from nothing to the first sale at
the hub, with PostgreSQL, a mosquitto of its own, TLS everywhere."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stage.deploying.machine import PAGE, PROJECT, Machine, blocks
from tests.stage.restoring.drill import until
from tests.stage.servers import PostgresServer

MOST_COMMANDS = 6
"""From the bench to the first event."""


@pytest.fixture
def machine(
    tmp_path: Path, free_port: Callable[[], int], postgresql: PostgresServer
) -> Iterator[Machine]:
    made = Machine(root=tmp_path / "m", free_port=free_port, postgresql=postgresql)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.needs_mosquitto
@pytest.mark.needs_postgresql
def test_the_page_leads_from_nothing_to_the_first_sale_at_the_hub(machine: Machine) -> None:
    *setting_up, selling = blocks()
    for block in setting_up:
        machine.type(block)
    assert list((machine.root / "var/backups/aisleos").glob("*.age"))
    sale, audit = selling.strip().split("\n")
    assert '"total": "3.50"' in machine.type(sale)
    until(lambda: re.search(r"sale +produced +1 = received +1 ", machine.type(audit)))


def test_a_device_wants_six_commands_at_most() -> None:
    *_, chapter = PAGE.read_text(encoding="utf-8").partition("\n## A device\n")
    device = chapter.partition("\nThat is all.")[0]
    commands = re.findall(r"^```sh\n(.*?)^```$", device, re.MULTILINE | re.DOTALL)
    assert 1 < len("".join(commands).splitlines()) <= MOST_COMMANDS


def joined_source() -> str:
    """The programs' text, with sentences whole that stand on several lines."""
    folders = ("cloud_hub", "edge_agent", "sync", "device_profiles")
    files = (file for name in folders for file in (PROJECT / name).rglob("*.py"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    whole = re.sub(r'"\s*\n\s*f?"', "", text)
    return re.sub(r"\{[^{}]*\}", "…", whole)


def test_every_message_of_the_table_is_one_that_is_said() -> None:
    *_, table = PAGE.read_text(encoding="utf-8").partition("| message | means | do |\n")
    source = joined_source()
    said = [
        message
        for row in table.splitlines()[1:]
        if row.startswith("| `")
        for message in re.findall(r"`([^`]+)`", row.split(" | ")[0])
    ]
    assert len(said) > 12
    pieces = [piece for message in said for piece in message.split("…") if piece.strip(" :;,")]
    assert [piece for piece in pieces if piece not in source] == []
