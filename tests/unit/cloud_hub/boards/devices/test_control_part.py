"""A device's commands, settings and clocks, drawn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cloud_hub.boards.devices.control import (
    ClockRow,
    CommandChoice,
    CommandRow,
    DeviceControl,
    SettingRow,
)
from cloud_hub.boards.devices.control_part import control_panels
from cloud_hub.boards.devices.device_view import DeviceView, device_view
from tests.small_chain import NOW as THEN
from tests.small_chain import SmallChain, head_office
from tests.stage.page_parts import NOW, a_reader

NONE = DeviceControl(
    choices=(),
    commands=(),
    settings=(),
    wanted_at=None,
    wanted_by="",
    reported_at=None,
    clocks=(),
)
COMMAND = CommandRow(
    command_id="c1",
    name="restart",
    arguments="",
    state="waiting",
    detail="",
    issued_at=NOW - timedelta(minutes=3),
    issued_by="<ling>",
    expires_at=NOW + timedelta(minutes=7),
    finished_at=None,
)
SETTING = SettingRow(name="limit_c", wanted="80", holds="8", is_done=False, why="")


@pytest.fixture
def view(two_stores: SmallChain) -> DeviceView:
    with two_stores.reading() as session:
        return device_view(session, head_office(), THEN, "s01-cooler")


def drawn(view: DeviceView, **changes: object) -> str:
    panels = control_panels(replace(view, control=replace(NONE, **changes)), a_reader())
    return "".join(map(str, panels))


def test_who_has_no_business_with_it_sees_nothing(view: DeviceView) -> None:
    assert control_panels(replace(view, control=None), a_reader()) == []


def test_a_device_that_was_never_told_anything_says_so(view: DeviceView) -> None:
    page = drawn(view)
    assert "It was never told to do anything." in page
    assert "It has not said yet how it is set." in page
    assert "<button" not in page
    assert "Clock put right" not in page
    assert "no settings that can be changed" in drawn(view, reported_at=NOW)


def test_a_command_is_a_button_and_a_restart_is_asked_for_twice(view: DeviceView) -> None:
    choices = (CommandChoice(name="restart"), CommandChoice(name="take-photo", camera_id="<left>"))
    page = drawn(view, choices=choices)
    assert 'value="restart:"' in page
    assert 'value="take-photo:&lt;left&gt;"' in page
    assert page.count("data-sure=") == 1
    assert '<input type="hidden" name="device_id" value="s01-cooler">' in page
    assert "Take a photo now" in page


def test_a_command_of_a_newer_agent_stands_as_it_is(view: DeviceView) -> None:
    assert ">dance<" in drawn(view, choices=(CommandChoice(name="dance"),))


@pytest.mark.parametrize(
    ("state", "said", "is_bad"),
    [
        ("waiting", "waits for the hub&#39;s broker, until 14:37", False),
        ("offered", "sent; may run until 14:37", False),
        ("unanswered", "no answer in its time, which ended 14:37", True),
        ("done", "done 14:30", False),
        ("failed", "failed 14:30", True),
        ("expired", "came too late", True),
        ("unknown", "the device does not know it", True),
        ("interrupted", "interrupted, not run again", True),
        ("<new>", "&lt;new&gt;", False),
    ],
)
def test_what_became_of_a_command_is_told_in_words(
    view: DeviceView, state: str, said: str, is_bad: bool
) -> None:
    row = replace(COMMAND, state=state, finished_at=NOW, arguments="camera left", detail="why")
    page = drawn(view, commands=(row,))
    assert said in page
    assert ("alarm-text" in page) is is_bad
    assert "&lt;ling&gt;" in page
    assert "camera left" in page
    assert "why" in page


def test_a_setting_tells_what_is_wanted_what_holds_and_why_not(view: DeviceView) -> None:
    open_ = drawn(view, settings=(SETTING,), wanted_at=NOW, wanted_by="ling")
    assert 'data-done="no"' in open_
    assert "not done yet" in open_
    assert "wanted 14:30 by ling" in open_
    refused = drawn(view, settings=(replace(SETTING, why="below 30"),))
    assert "refused: below 30" in refused
    done = drawn(view, settings=(replace(SETTING, wanted=None, is_done=True),))
    assert "as its profile says" in done
    assert "not done yet" not in done
    assert "not said" in drawn(view, settings=(replace(SETTING, holds=None),))


def test_a_clock_that_was_put_right_tells_how_its_time_is_known(view: DeviceView) -> None:
    clock = ClockRow(boot_id="b1", events=1234, source="hub", true_at=NOW)
    page = drawn(view, clocks=(clock,))
    assert "Clock put right" in page
    assert "1,234" in page
    assert "from the time of its hello" in page


def test_a_log_or_a_test_s_result_stands_in_its_own_lines(view: DeviceView) -> None:
    said = "wrong   disk: 3 MB free\n1 <wrong>"
    page = drawn(view, commands=(replace(COMMAND, name="self-test", detail=said),))
    assert '<pre class="said-lines" tabindex="0">wrong   disk: 3 MB free\n1 &lt;wrong&gt;' in page
    assert "Test itself" in page
