"""Asks whether every locked dependency has a wheel for 64-bit ARM, and how large they are.

    .venv/bin/python deploy/arm64_wheels.py edge hub

Fetches each into a folder that is thrown away, by pip alone, for Python 3.11 and glibc up to that
of Debian 12, with the lock's hash. Exit 1 with the names that have none.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

LOCKS: Final = Path(__file__).parent / "requirements"
PYTHON: Final = "3.11"
GLIBC: Final = range(17, 37)
"""Minor versions of glibc 2 that Debian 12 (2.36) can load."""
DEVICE: Final = {
    "platform_machine": "aarch64",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.2",
}
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A dependency of a lock: its requirement and that line with its hashes."""

    requirement: Requirement
    lines: str

    @property
    def version(self) -> str:
        """The one version that is locked."""
        return str(self.requirement.specifier).removeprefix("==")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """What pip found for it; no file where there is none."""

    locked: Locked
    file: str = ""
    size_bytes: int = 0
    why: str = ""

    @property
    def kind(self) -> str:
        """Pure Python, or for which machines it was built."""
        tags = self.file.removesuffix(".whl").split("-")[-1]
        return "pure Python" if tags == "any" else tags


def read_lock(text: str) -> list[Locked]:
    """What of a lock is installed on such a device."""
    found = []
    for block in re.split(r"\n(?=\S)", text):
        lines = "\n".join(line for line in block.splitlines() if not line.lstrip().startswith("#"))
        if not lines.strip():
            continue
        requirement = Requirement(re.split(r"\\|--hash", lines)[0].strip())
        if requirement.marker is None or requirement.marker.evaluate(dict(DEVICE)):
            found.append(Locked(requirement=requirement, lines=lines))
    return found


def command(lines: Path, to: Path) -> list[str]:
    """How pip is asked."""
    platforms = [f"--platform=manylinux_2_{minor}_aarch64" for minor in GLIBC]
    return [
        *(sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--implementation=cp", "--require-hashes"),
        *(f"--python-version={PYTHON}", *platforms, f"--dest={to}", f"--requirement={lines}"),
    ]


def ask(locked: Locked) -> Wheel:
    """The wheel that such a device would install."""
    with tempfile.TemporaryDirectory() as folder:
        lines, to = Path(folder) / "one.txt", Path(folder) / "wheels"
        lines.write_text(locked.lines + "\n", encoding="utf-8")
        told = subprocess.run(  # noqa: S603 - pip, with a file of the lock's own lines
            command(lines, to), capture_output=True, text=True, timeout=600
        )
        for wheel in to.glob("*.whl") if told.returncode == 0 else ():
            return Wheel(locked=locked, file=wheel.name, size_bytes=wheel.stat().st_size)
    errors = [line for line in told.stderr.splitlines() if line.startswith("ERROR")]
    return Wheel(locked=locked, why=errors[-1] if errors else "pip says nothing")


def table(wheels: list[Wheel]) -> Iterator[str]:
    """A line each, and how much they are together."""
    for wheel in sorted(wheels, key=lambda one: -one.size_bytes):
        about = f"{wheel.size_bytes / MB:8.2f} MB  {wheel.kind}" if wheel.file else "  NO WHEEL"
        yield f"  {wheel.locked.requirement.name:28} {wheel.locked.version:12} {about}"
    built = [one for one in wheels if one.file and one.kind != "pure Python"]
    whole = sum(one.size_bytes for one in wheels) / MB
    yield f"  {len(wheels)} dependencies, {len(built)} of them built for aarch64: {whole:.1f} MB"


def main(extras: list[str]) -> int:
    """Asks for each lock; what each dependency of several says is asked once."""
    asked: dict[str, Wheel] = {}
    for extra in extras or ["edge", "hub"]:
        locked = read_lock((LOCKS / f"{extra}.txt").read_text(encoding="utf-8"))
        for one in locked:
            key = f"{one.requirement.name}=={one.version}"
            asked[key] = asked.get(key) or ask(one)
        print(f"{extra}.txt")
        for line in table([asked[f"{one.requirement.name}=={one.version}"] for one in locked]):
            print(line)
    lacking = [(name, wheel.why) for name, wheel in asked.items() if not wheel.file]
    for name, why in lacking:
        print(f"no wheel for aarch64: {name}: {why}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
