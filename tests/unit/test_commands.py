"""The command line as a whole: every command answers --help, and is written about."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from aisle import FOLDERS

PROJECT = Path(__file__).parents[2]
COMMANDS = [command for folder in FOLDERS for command in folder.commands]


def aisle(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aisle", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=PROJECT,
        check=False,
    )


def test_help_lists_every_command() -> None:
    answer = aisle("--help")
    assert answer.returncode == 0
    assert [command for command in COMMANDS if command not in answer.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str) -> None:
    answer = aisle(command, "--help")
    assert answer.returncode == 0
    assert "Usage: aisle " + command in answer.stdout


def test_an_unknown_command_is_one_line_and_fails() -> None:
    answer = aisle("fly")
    assert answer.returncode == 2
    assert "fly" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_missing_option_is_one_line_that_names_it_and_where_help_is() -> None:
    answer = aisle("count", "film.mp4")
    assert answer.returncode == 2
    assert "'--line'" in answer.stderr
    assert "aisle count --help" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_group_alone_shows_its_help() -> None:
    answer = aisle("pos")
    assert answer.returncode == 2
    assert "import" in answer.stdout + answer.stderr
    assert "aisle:" not in answer.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_in_the_documents(command: str) -> None:
    pages = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
    assert any(f"aisle {command}" in page.read_text(encoding="utf-8") for page in pages)


def test_the_version_is_told() -> None:
    answer = aisle("--version")
    assert (answer.returncode, answer.stdout) == (0, f"aisle {version('aisleos')}\n")
