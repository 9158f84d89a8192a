"""A look into a device's folder with nothing running."""

from pathlib import Path
from random import Random

import pytest

from edge_agent.commands.books import NoBooks, agent_file, look_into
from sync.core.clock import ManualClock
from sync.events import Lane
from sync.outbox.outbox import Outbox
from tests.stage.outbox_bodies import NOW, QUOTA, Bodies


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """Three sales of which one is lost, and one alarm; nobody has acknowledged anything."""
    clock = ManualClock(NOW)
    outbox = Outbox.open(tmp_path / "agent.db", clock=clock, quota_bytes=QUOTA, rng=Random(1))
    with outbox.transaction() as transaction:
        for number in (1, 2, 3):
            transaction.append(Bodies.sale(number))
        transaction.append(Bodies.alarm())
    outbox.close()
    return tmp_path


def test_the_books_are_told_by_lane_with_what_waits_longest(device: Path) -> None:
    books = look_into(device)
    assert books.balanced
    assert {lane["lane"]: (lane["produced"], lane["waiting"]) for lane in books.lanes} == {
        "sale": (3, 3),
        "alert": (1, 1),
    }
    assert [(row["lane"], row["kind"], row["seq"]) for row in books.oldest_waiting] == [
        (int(Lane.SALE), "receipt", 1),
        (int(Lane.ALERT), "alarm", 1),
    ]
    assert books.tables["outbox"] == 4
    assert books.losses == ()


def test_looking_changes_nothing_and_works_beside_a_running_agent(device: Path) -> None:
    outbox = Outbox.open(
        device / "agent.db", clock=ManualClock(NOW), quota_bytes=QUOTA, rng=Random(1)
    )
    with outbox.transaction() as transaction:
        transaction.append(Bodies.sale(4))
    first = look_into(device)
    assert look_into(device) == first
    assert first.tables["outbox"] == 5
    outbox.close()


def test_a_folder_without_an_agents_file_is_told_as_such(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(NoBooks, match=r"no agent\.db in .*; give an agent's --data folder"):
            look_into(folder)
    (tmp_path / "agent.db").mkdir()
    with pytest.raises(NoBooks):
        agent_file(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be one"])
def test_a_file_that_is_no_outbox_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agent.db").write_bytes(content)
    with pytest.raises(NoBooks, match="cannot be read") as error:
        look_into(tmp_path)
    assert "\n" not in str(error.value)
