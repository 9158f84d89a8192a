"""What lies in a hub's folder, and what of it a backup takes. Whoever has the hub write a new kind
of file there adds its line: a test walks the folder of a hub that has done everything."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from cloud_hub.core.keys.audit_seal import HEAD_FILE
from cloud_hub.core.keys.erasures import ERASURES_FILE
from cloud_hub.fleet.artifacts.signing import ROLES, ArtifactSigner

PICTURES: Final = "media"
STAGING: Final = "backup.part"
LOCK: Final = "backup.lock"
SETTINGS_FILE: Final = "settings.toml"
ARTIFACTS: Final = "artifacts"


class HowTaken(StrEnum):
    """How a backup takes a file."""

    KEPT = "kept"
    """Its bytes."""
    DATABASE = "database"
    """By the database's own means, as of one moment."""
    PICTURE = "picture"
    """Its hash and size; its bytes on demand."""
    OUTSIDE = "outside"
    """Never: it must outlive what a backup brings back."""
    PASSING = "passing"
    """Never: locks, drafts, what the next start makes anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Files of the hub's folder by their path in it; `*` stands for anything. The first entry that
    fits says how they are taken."""

    path: str
    taken: HowTaken


ENTRIES: Final = (
    Entry(path="*.part", taken=HowTaken.PASSING),
    Entry(path="*.part/*", taken=HowTaken.PASSING),
    Entry(path="*.lock", taken=HowTaken.PASSING),
    Entry(path=".readiness", taken=HowTaken.PASSING),
    Entry(path="artifacts/*/lock", taken=HowTaken.PASSING),
    Entry(path="artifacts/tmp*", taken=HowTaken.PASSING),
    Entry(path="hub.db-*", taken=HowTaken.PASSING),
    Entry(path="restored.json", taken=HowTaken.PASSING),
    Entry(path="last-backup.json", taken=HowTaken.PASSING),
    Entry(path=ERASURES_FILE, taken=HowTaken.OUTSIDE),
    Entry(path="hub.db", taken=HowTaken.DATABASE),
    Entry(path="media/partial/*", taken=HowTaken.PASSING),
    Entry(path="media/*", taken=HowTaken.PICTURE),
    Entry(path="secrets.json", taken=HowTaken.KEPT),
    Entry(path="admin-token", taken=HowTaken.KEPT),
    Entry(path=HEAD_FILE, taken=HowTaken.KEPT),
    Entry(path=SETTINGS_FILE, taken=HowTaken.KEPT),
    Entry(path="artifacts/*/keys/*.pem", taken=HowTaken.KEPT),
    Entry(path="artifacts/*/metadata/*.json", taken=HowTaken.KEPT),
    Entry(path="artifacts/*/targets/*", taken=HowTaken.KEPT),
    # Made anew from the database at each start of a managed broker.
    Entry(path="broker/*", taken=HowTaken.PASSING),
    # The hub's own CA.
    Entry(path="authority/*", taken=HowTaken.KEPT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The files of one folder: those that a backup keeps, by their path in it, and those that no
    entry names."""

    kept: dict[str, Path]
    unnamed: tuple[str, ...]


def taken_as(path: str) -> HowTaken | None:
    """How the file at this path in the folder is taken; None where no entry names it."""
    return next((entry.taken for entry in ENTRIES if fnmatch(path, entry.path)), None)


def look_at(folder: Path) -> Found:
    """What is in the folder, pictures left out."""
    kept: dict[str, Path] = {}
    unnamed = []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        taken = taken_as(name)
        if taken is HowTaken.KEPT:
            kept[name] = path
        elif taken is None:
            unnamed.append(name)
    return Found(kept=kept, unnamed=tuple(unnamed))


def copy_early(folder: Path, into: Path) -> None:
    """A copy of the audit log's head, before the database is copied: one that was ahead of the
    database would look like a hole in the log. Raises OSError."""
    if (folder / HEAD_FILE).exists():
        _copy(folder / HEAD_FILE, into / HEAD_FILE)


def copy_kept(folder: Path, into: Path) -> Found:
    """What is in the folder, with copies of what may change, unless there is one already: signed
    lists and keys of a chain are of one moment. Large files that never change stay where they
    are. Raises OSError."""
    for chain in sorted((folder / ARTIFACTS).glob("*/metadata")):
        signer = ArtifactSigner(folder=chain.parent)
        with signer.alone():
            for part in ("metadata", "keys"):
                for path in sorted((chain.parent / part).glob("*")):
                    _copy(path, into / path.relative_to(folder))
    # Listed after the lists were copied: whatever these name is there.
    found = look_at(folder)
    kept = {}
    for name, path in found.kept.items():
        is_signed = name.startswith(f"{ARTIFACTS}/")
        if is_signed and "/targets/" in name:
            kept[name] = path
        elif is_signed:
            # What was signed after its chain was looked at belongs to the next backup.
            kept |= {name: into / name} if (into / name).exists() else {}
        else:
            copy = into / name
            kept[name] = copy if copy.exists() else _copy(path, copy)
    return Found(kept=kept, unnamed=found.unnamed)


def missing_keys(names: Iterable[str]) -> dict[str, list[str]]:
    """Of each chain that has signed lists among these files, the roles whose keys are not."""
    known = set(names)
    chains = {name.split("/")[1] for name in known if fnmatch(name, "artifacts/*/metadata/*")}
    lacking = {
        chain: [role for role in ROLES if f"{ARTIFACTS}/{chain}/keys/{role}.pem" not in known]
        for chain in sorted(chains)
    }
    return {chain: roles for chain, roles in lacking.items() if roles}


def pictures(folder: Path) -> Iterator[tuple[str, int]]:
    """Hash and size of every whole picture, by hash."""
    for room in sorted(path for path in folder.glob("??") if path.is_dir()):
        for path in sorted(room.iterdir()):
            yield path.name, path.stat().st_size


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name == PICTURES and path.is_dir():
            continue
        if path.is_dir() and taken_as(path.name) is not HowTaken.PASSING:
            yield from sorted(inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            yield path


def _copy(path: Path, into: Path) -> Path:
    into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(path, into)
    into.chmod(0o600)
    return into
