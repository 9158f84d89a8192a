"""Stands in for `systemctl` where no systemd runs: starts the command lines of real units, waits
until they say that they are ready, and reloads them. `ROOT` names the machine's root."""

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ["ROOT"])
PIDS = ROOT / "run"
PATIENCE_S = 120.0


def of_unit(name: str) -> list[tuple[str, str]]:
    """The settings of the unit's service, in their order, with its instance put in."""
    stem, _, instance = name.removesuffix(".service").partition("@")
    file = ROOT / "etc/systemd/system" / f"{stem}{'@' if instance else ''}.service"
    _, _, service = file.read_text(encoding="utf-8").partition("[Service]\n")
    lines = service.partition("\n[")[0].splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    credentials = str(PIDS / "credentials")
    return [
        (key, value.replace("%i", instance).replace("%d", credentials)) for key, _, value in pairs
    ]


def environment(unit: list[tuple[str, str]]) -> dict[str, str]:
    """This one's, with that of the unit's files."""
    known = dict(os.environ)
    for file in (Path(value.removeprefix("-")) for key, value in unit if key == "EnvironmentFile"):
        if file.exists():
            pairs = (line.partition("=") for line in file.read_text().splitlines() if line)
            known |= {key: shlex.split(value)[0] for key, _, value in pairs}
    return known


def run(line: str, known: dict[str, str]) -> None:
    """One command line of a unit, to its end."""
    subprocess.run(words_of(line, known), env=known, check=True)


def words_of(line: str, known: dict[str, str]) -> list[str]:
    """Its words: a variable alone stands for as many as it holds."""
    words: list[str] = []
    for word in shlex.split(line):
        words += shlex.split(known.get(word[1:], "")) if word.startswith("$") else [word]
    return words


def start(name: str) -> None:
    """Starts a service; returns once it is ready, or has ended where it runs once."""
    unit = of_unit(name)
    known, is_once = environment(unit), ("Type", "oneshot") in unit
    for key, value in unit:
        if key == "LoadCredential":
            called, _, file = value.partition(":")
            (PIDS / "credentials").mkdir(exist_ok=True)
            (PIDS / "credentials" / called).write_bytes(Path(file).read_bytes())
            (PIDS / "credentials" / called).chmod(0o600)
        if key == "ExecStartPre":
            run(value, known)
    (line,) = (value for key, value in unit if key == "ExecStart")
    if is_once:
        run(line, known)
        return
    # Without a file: a path of a test's folder may be longer than an address can be.
    address = f"aisle-{os.getpid()}-{name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{address}")
        heard.settimeout(PATIENCE_S)
        with (ROOT / "run" / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                words_of(line, known),
                env=known | {"NOTIFY_SOCKET": f"@{address}"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (PIDS / f"{name}.pid").write_text(str(process.pid))
        while "READY=1" not in heard.recv(4096).decode().split("\n"):
            pass


def reload(name: str) -> None:
    """Has a running service read its files anew."""
    unit = of_unit(name)
    known = environment(unit) | {"MAINPID": (PIDS / f"{name}.pid").read_text()}
    for key, value in unit:
        if key == "ExecReload":
            run(value, known)


def main() -> None:
    """`daemon-reload`, `disable`, `enable`, `start` and `reload`."""
    verb, *words = sys.argv[1:]
    for unit in (word for word in words if not word.startswith("--")):
        if verb == "reload":
            reload(unit)
        elif unit.endswith(".timer"):
            assert of_unit(unit.replace(".timer", ".service"))
        elif verb in ("start", "enable"):
            start(unit)


main()
