"""What a demonstration says while it begins."""

import io

import pytest
from rich.console import Console

from simulators.core.telling import Teller


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


def teller(said: io.StringIO, *, is_terminal: bool = False) -> Teller:
    return Teller(Console(file=said, force_terminal=is_terminal, width=40, color_system=None))


def test_a_line_is_said_as_it_is_however_long(said: io.StringIO) -> None:
    with teller(said) as telling:
        telling.say("a line that is longer than forty characters wide")
    assert said.getvalue() == "a line that is longer than forty characters wide\n"


def test_without_a_terminal_a_step_is_told_at_each_quarter_once(said: io.StringIO) -> None:
    with teller(said) as telling:
        step = telling.begin("history", 2000)
        for done in range(0, 2001, 100):
            telling.reached(step, done, 2000)
    assert said.getvalue().splitlines() == [
        "history: 500 of 2,000",
        "history: 1,000 of 2,000",
        "history: 1,500 of 2,000",
        "history: 2,000 of 2,000",
    ]


def test_quarters_that_were_leapt_over_are_one_line(said: io.StringIO) -> None:
    with teller(said) as telling:
        step = telling.begin("history", 100)
        telling.reached(step, 10, 100)
        telling.reached(step, 90, 100)
        telling.reached(step, 95, 100)
        telling.reached(step, 100, 100)
    assert said.getvalue().splitlines() == ["history: 90 of 100", "history: 100 of 100"]


def test_two_steps_are_told_apart(said: io.StringIO) -> None:
    with teller(said) as telling:
        one, two = telling.begin("one", 4), telling.begin("two", 4)
        telling.reached(one, 4, 4)
        telling.reached(two, 1, 4)
    assert said.getvalue().splitlines() == ["one: 4 of 4", "two: 1 of 4"]


def test_a_step_of_nothing_is_no_fault(said: io.StringIO) -> None:
    with teller(said) as telling:
        telling.reached(telling.begin("nothing", 0), 0, 0)
    assert said.getvalue() == ""


def test_on_a_terminal_there_is_a_bar_and_no_lines(said: io.StringIO) -> None:
    with teller(said, is_terminal=True) as telling:
        step = telling.begin("history", 100)
        telling.reached(step, 50, 100)
    assert "50 of 100" not in said.getvalue()
    assert "history" in said.getvalue()
