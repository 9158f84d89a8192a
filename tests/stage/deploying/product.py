"""What the product's command line takes, for files that name its commands."""

import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[3]


@cache
def help_of(*command: str) -> str | None:
    """What `aisle COMMAND --help` says; None where there is no such command."""
    told = subprocess.run(
        [sys.executable, "-m", "aisle", *command, "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin", "COLUMNS": "200", "TERM": "dumb"},
    )
    return told.stdout if told.returncode == 0 else None


def unknown_options(words: Sequence[str]) -> list[str]:
    """The options among these words of a command that it does not take; its first word, where there
    is no such command."""
    command: list[str] = []
    for word in words:
        if not re.fullmatch(r"[a-z-]+", word) or word.startswith("-"):
            break
        command.append(word)
    told = help_of(*command)
    if told is None:
        return [" ".join(command)]
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    return [one for one in options if not re.search(rf"(?<![\w-]){one}(?![\w-])", told)]
