"""Units that systemd takes without a word, in a sandbox, and that start what there is."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stage.deploying.product import unknown_options
from tests.stage.servers import skip_without

ROOT = Path(__file__).parents[3]
UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
SYSTEMS = ("usr/sbin/mosquitto", "usr/bin/systemctl", "bin/kill")
OF_ROOT = [UNITS / "aisle-broker-reload.service"]
"""Asks systemd, and touches no file."""
OURS = [unit for unit in SERVICES if unit not in OF_ROOT]
STARTS = ("ExecStartPre", "ExecStart", "ExecReload")
MOST_EXPOSED = 30
"""Tenths, as `--threshold` takes them."""


def systemd(program: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A program of systemd, run on files alone."""
    if shutil.which(program) is None:
        skip_without("systemd", "apt install systemd")
    command = [program, *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def read(unit: Path) -> dict[str, dict[str, list[str]]]:
    """The settings of a unit: each with all that is said of it."""
    parser = configparser.RawConfigParser(strict=False, dict_type=_Repeated, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(unit.read_text(encoding="utf-8"))
    return {name: {k: v.split("\n") for k, v in parser[name].items()} for name in parser.sections()}


class _Repeated(dict[str, object]):
    """What is said again is added, as systemd does it."""

    def __setitem__(self, key: str, value: object) -> None:
        if isinstance(value, list) and isinstance(known := self.get(key), list):
            known.extend(value)
            return
        super().__setitem__(key, value)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_service_is_in_a_sandbox(unit: Path) -> None:
    words = ("security", "--no-pager", "--offline=true", f"--threshold={MOST_EXPOSED}", unit)
    told = systemd("systemd-analyze", *words)
    assert told.returncode == 0, told.stdout.splitlines()[-1]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine on which the files lie where `docs/deploy.md` puts them."""
    system = Path("/usr/lib/systemd/system")
    if not system.is_dir():
        skip_without("systemd", "apt install systemd")
    shutil.copytree(system, tmp_path / "usr/lib/systemd/system", symlinks=True)
    etc = tmp_path / "etc"
    (etc / "systemd/system").mkdir(parents=True)
    for unit in (*SERVICES, *UNITS.glob("*.timer")):
        shutil.copy(unit, etc / "systemd/system")
    for folder in ("sysusers.d", "tmpfiles.d"):
        shutil.copytree(UNITS / folder, etc / folder)
    for path in ("opt/aisleos/hub/bin/aisle", "opt/aisleos/edge/bin/aisle", *SYSTEMS):
        program = tmp_path / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return tmp_path


def test_systemd_has_nothing_to_say_of_them(machine: Path) -> None:
    units = [one.name.replace("@.", "@till.") for one in (*SERVICES, *UNITS.glob("*.timer"))]
    told = systemd("systemd-analyze", "verify", "--man=no", f"--root={machine}", *units)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_users_groups_and_folders_are_made_from_files(machine: Path) -> None:
    made = systemd("systemd-sysusers", f"--root={machine}")
    assert made.returncode == 0, made.stderr
    users = (machine / "etc/passwd").read_text()
    groups = (machine / "etc/group").read_text()
    assert re.search(r"^aisleos:.*:/var/lib/aisleos:/usr/sbin/nologin$", users, re.MULTILINE)
    for unit in SERVICES:
        service = read(unit)["Service"]
        assert service.get("User") == (None if unit in OF_ROOT else ["aisleos"])
        for group in " ".join(service.get("SupplementaryGroups", [])).split():
            assert re.search(rf"^{group}:", groups, re.MULTILINE), group
    (machine / "var").mkdir(exist_ok=True)
    made = systemd("systemd-tmpfiles", f"--root={machine}", "--create", "aisleos.conf")
    modes = {
        name: (machine / name).stat().st_mode & 0o7777
        for name in ("etc/aisleos", "var/backups/aisleos")
    }
    assert modes == {"etc/aisleos": 0o750, "var/backups/aisleos": 0o700}


@pytest.mark.parametrize("unit", OURS, ids=lambda unit: unit.name)
def test_a_long_running_service_is_watched_and_keeps_its_state_to_itself(unit: Path) -> None:
    service = read(unit)["Service"]
    assert service["StateDirectoryMode"] == ["0700"]
    assert service["UMask"] == ["0077"]
    assert service["LimitCORE"] == ["0"], "a core of a hub holds its keys"
    if service["Type"] == ["oneshot"]:
        return
    assert service["Type"] == ["notify"]
    if "mosquitto" not in service["ExecStart"][0]:
        assert int(service["WatchdogSec"][0]) >= 60
    assert service["Restart"] == ["always"]
    assert read(unit)["Unit"]["StartLimitIntervalSec"] == ["0"]


@pytest.mark.parametrize("unit", OURS, ids=lambda unit: unit.name)
def test_what_it_starts_is_a_command_with_these_options(unit: Path) -> None:
    service = read(unit)["Service"]
    lines = [line for name in STARTS for line in service.get(name, [])]
    ours = [shlex.split(line) for line in lines if line.startswith("/opt/aisleos/")]
    assert ours
    for program, *words in ours:
        assert program in ("/opt/aisleos/hub/bin/aisle", "/opt/aisleos/edge/bin/aisle")
        assert unknown_options(words) == []


def test_a_device_sees_cameras_and_serial_lines_and_nothing_else_of_dev() -> None:
    service = read(UNITS / "aisle-edge@.service")["Service"]
    assert service["DevicePolicy"] == ["closed"]
    allowed = {line.split()[0] for line in service["DeviceAllow"]}
    assert {"char-video4linux", "char-ttyUSB", "char-ttyACM", "char-gpiochip"} <= allowed
    assert service["SupplementaryGroups"] == ["video dialout gpio"]
