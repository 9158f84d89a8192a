"""PostgreSQL's own programs for copies of a database, of a version that fits the server."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from cloud_hub.core.errors import UnusableData

DEBIAN: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of every version side by side."""


def tool(name: str, least: int) -> tuple[Path, int]:
    """The program `name`, of the lowest major version that is at least `least`, and that version.

    Raises UnusableData where none is installed.
    """
    on_path = shutil.which(name)
    candidates = [*DEBIAN.glob(f"*/bin/{name}"), *((Path(on_path),) if on_path else ())]
    versions = {path: _major(path) for path in candidates}
    fitting = [(major, path) for path, major in versions.items() if major >= least]
    if not fitting:
        known = ", ".join(str(major) for major in sorted(set(versions.values()))) or "none"
        raise UnusableData(
            f"a backup of this PostgreSQL needs {name} {least} or newer, there is: {known};"
            f" install it (Debian: postgresql-client-{least})"
        )
    major, path = min(fitting)
    return path, major


def run_tool(command: list[str], url: sa.URL) -> None:
    """Runs a program against the database at `url`. Its password is in no list of processes.

    Raises UnusableData with the first line that it complained.
    """
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    place = url.set(drivername="postgresql", password=None)
    ended = subprocess.run(  # noqa: S603 - found by `tool`, and no shell
        [*command, f"--dbname={place.render_as_string(hide_password=False)}", "--no-password"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode != 0:
        said = next((line for line in ended.stderr.splitlines() if line.strip()), "")
        raise UnusableData(said.strip() or f"{Path(command[0]).name} ended with {ended.returncode}")


def _major(path: Path) -> int:
    """0 where it does not say."""
    told = subprocess.run(  # noqa: S603 - likewise
        [path, "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\) (\d+)", told.stdout)
    return int(found[1]) if found else 0
