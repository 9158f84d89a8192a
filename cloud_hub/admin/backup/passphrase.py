"""Where a backup's passphrase comes from: a file, the environment or a prompt; never an argument,
which everybody on the machine could read."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cloud_hub.core.errors import HubError

VARIABLE: Final = "AISLE_BACKUP_PASSPHRASE"
LEAST_CHARACTERS: Final = 12
Ask = Callable[[str], str]
"""Prompts without showing what is typed."""


def passphrase_from(
    file: Path | None,
    ask: Ask,
    *,
    is_new: bool,
    environment: Mapping[str, str] | None = None,
) -> str:
    """The passphrase: of `file`, else of the environment, else asked for, twice where it `is_new`.

    Raises HubError where there is none, or a new one is too short.
    """
    surroundings = os.environ if environment is None else environment
    if file is not None:
        said = _of_file(file)
    elif VARIABLE in surroundings:
        said = surroundings[VARIABLE]
    elif sys.stdin.isatty():
        said = ask("Passphrase of the backup")
        if is_new and ask("Once more") != said:
            raise HubError("the two are not the same; nothing was written")
    else:
        raise HubError(f"no passphrase: give --passphrase-file, or set {VARIABLE}")
    if is_new and len(said) < LEAST_CHARACTERS:
        raise HubError(
            f"a passphrase of {len(said)} characters can be guessed; take {LEAST_CHARACTERS} or"
            " more, and keep it where it outlives this machine"
        )
    return said


def _of_file(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise HubError(f"others may read {path}; run: chmod 600 {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise HubError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise HubError(f"{path} is no text") from error
    if not lines or not lines[0]:
        raise HubError(f"{path} is empty; its first line is the passphrase")
    return lines[0]
