"""The tables of the security page name what is there: every power cut, and tests that exist."""

import re
from pathlib import Path

import pytest

from sync.core.failpoints import Failpoint

ROOT = Path(__file__).parents[2]
LEAST_POINTS = 30
TEST = re.compile(r"`(test_\w+)`")
POINT = re.compile(r"`([a-z]+(?:-[a-z]+)+)`")


def section(title: str) -> str:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    return page.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of each row of its table, without the heads."""
    table = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1:]]


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Of all tests there are."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"def (test_\w+)\(", text)}


def test_every_point_of_a_power_cut_stands_in_the_table_once() -> None:
    told = [name for row in rows("Power cuts") for name in POINT.findall(row[1])]
    assert sorted(told) == sorted(point.value for point in Failpoint)
    assert len(told) >= LEAST_POINTS
    assert f"at each of {len(told)} points" in section("Power cuts")


def test_every_point_is_reached_somewhere_and_named_by_a_test() -> None:
    programs = ("cloud_hub", "edge_agent", "sync")
    code = "".join(
        path.read_text(encoding="utf-8")
        for program in programs
        for path in (ROOT / program).rglob("*.py")
        if path.name != "failpoints.py"
    )
    chaos = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "chaos").rglob("*.py")
    )
    for point in Failpoint:
        assert f"Failpoint.{point.name}" in code, point
        assert f"Failpoint.{point.name}" in chaos, point


@pytest.mark.parametrize("title", ["Power cuts", "Attacks, and what refuses each"])
def test_every_row_names_tests_that_are_there(title: str, names: set[str]) -> None:
    for row in rows(title):
        named = TEST.findall(row[-1])
        assert named, row
        assert set(named) <= names, row


def test_the_attacks_of_the_list_all_have_a_row() -> None:
    told = " ".join(row[0] for row in rows("Attacks, and what refuses each"))
    assert {f"A{number}" for number in range(1, 15)} <= set(re.findall(r"A\d+", told))
