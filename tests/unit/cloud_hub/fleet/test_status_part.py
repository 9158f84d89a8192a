"""Whether a device is heard, drawn."""

import pytest

from cloud_hub.fleet.link_status import LinkState
from cloud_hub.fleet.status_part import freshness_chip
from tests.stage.page_parts import NOW, a_freshness, a_reader


def drawn(state: LinkState, **changes: object) -> str:
    return str(freshness_chip(a_freshness(state, **changes), a_reader()))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LinkState.ONLINE, "online"),
        (LinkState.CATCHING_UP, "catching up"),
        (LinkState.OFFLINE, "offline"),
        (LinkState.NEVER, "never heard of"),
    ],
)
def test_each_state_has_its_colour_and_its_words(state: LinkState, said: str) -> None:
    chip = drawn(state)
    assert f"chip chip-{state.value}" in chip
    assert f'title="{said}"' in chip


def test_the_age_is_that_of_the_newest_data_else_of_the_last_word() -> None:
    assert f'datetime="{a_freshness().data_at.isoformat()}"' in drawn(LinkState.ONLINE)
    assert f'datetime="{NOW.isoformat()}"' in drawn(LinkState.OFFLINE, data_at=None, heard_at=NOW)


def test_who_was_never_heard_or_is_catching_up_has_no_age() -> None:
    assert "<time" not in drawn(LinkState.NEVER, data_at=None, heard_at=None)
    assert "<time" not in drawn(LinkState.CATCHING_UP)


def test_how_much_waits_is_told_on_hover() -> None:
    assert 'title="catching up · 1,200 waiting"' in drawn(LinkState.CATCHING_UP, waiting=1200)
    assert "waiting" not in drawn(LinkState.CATCHING_UP)
