import pytest

from cloud_hub.boards.devices.first_steps import Need, StepRow
from cloud_hub.boards.devices.first_steps_part import steps_panel
from tests.stage.page_parts import NOW, a_reader


def test_slots_are_counted_and_hidden_ones_named() -> None:
    row = StepRow(step=Need.SLOTS, is_done=False, done=38, of=40, detail="A-1-2, <b>", at=NOW)
    page = str(steps_panel((row,), a_reader()))
    assert "38 of 40 slots visible" in page
    assert "A-1-2, &lt;b&gt;" in page
    assert "1 left to do" in page


def test_a_fixture_without_a_plan_is_told_so() -> None:
    row = StepRow(step=Need.SLOTS, is_done=False, done=0, of=0)
    assert "has no plan" in str(steps_panel((row,), a_reader()))


@pytest.mark.parametrize("step", Need)
def test_each_step_says_what_is_so_and_what_to_do(step: Need) -> None:
    left = str(steps_panel((StepRow(step=step, is_done=False, done=1, of=2),), a_reader()))
    done = str(steps_panel((StepRow(step=step, is_done=True, done=2, of=2),), a_reader()))
    assert 'class="hint"' in left
    assert 'class="hint"' not in done
    assert "ready" in done


def test_where_there_are_no_steps_there_is_no_panel() -> None:
    assert steps_panel((), a_reader()) is None
