"""What devices fetch of an artifact: a file, or an archive that is the same for the same files."""

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloud_hub.core.errors import Refused, UnusableData
from device_profiles.artifact import (
    ArtifactKind,
    InvalidArtifact,
    read_planograms,
    read_price_list,
)
from device_profiles.files import UnreadableFile, read_toml, shown

PACKED = "content"
OLD = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same files make the same bytes."""


def pack_artifact(path: Path, kind: ArtifactKind, name: str, packed: Path) -> dict[str, Any]:
    """Writes what devices fetch; the file's name, and how large it is unpacked.

    Raises Refused when it is not of its kind, UnusableData when it cannot be read.
    """
    try:
        if not kind.is_folder:
            (read_price_list if kind is ArtifactKind.PRICE_LIST else read_planograms)(path)
            shutil.copyfile(path, packed)
            size = packed.stat().st_size
            return {"file": f"{kind}.json", "is_packed": False, "unpacked_bytes": size}
        files = _model_files(path, name) if kind is ArtifactKind.MODEL else _gallery_files(path)
        size = _pack(files, packed)
        return {"file": PACKED, "is_packed": True, "unpacked_bytes": size}
    except InvalidArtifact as error:
        raise Refused(str(error), status=422) from error
    except OSError as error:
        raise UnusableData(f"cannot read {path}: {error.strerror}") from error


def _model_files(manifest: Path, name: str) -> dict[str, Path]:
    """The manifest and its entry's file; the entry is called as the artifact's name ends.

    Raises InvalidArtifact.
    """
    entry_name = name.rpartition("/")[2]
    try:
        entries = read_toml(manifest, "manifest")
    except UnreadableFile as error:
        if not error.is_there:
            raise UnusableData(str(error)) from error
        raise InvalidArtifact(
            f"{shown(manifest)} is no model manifest ({error}); give the models.toml that names the"
            " file"
        ) from error
    entry = entries.get(entry_name)
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
        known = ", ".join(sorted(entries)) or "none"
        raise InvalidArtifact(f"{manifest} has no model {entry_name!r}; it has {known}")
    weights = manifest.parent / entry["file"]
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if digest != entry.get("sha256"):
        raise InvalidArtifact(f"{weights} is not the file that {manifest} names: its hash differs")
    return {"models.toml": manifest, entry["file"]: weights}


def _gallery_files(folder: Path) -> dict[str, Path]:
    """Every file of a gallery's folder. Raises InvalidArtifact."""
    if not (folder / "gallery.toml").is_file():
        raise InvalidArtifact(f"no gallery in {folder}; make one with aisle sku enroll")
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in files}


def _pack(files: Mapping[str, Path], packed: Path) -> int:
    """Writes a ZIP archive that is the same for the same files; bytes of what is in it."""
    size = 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            content = path.read_bytes()
            size += len(content)
            archive.writestr(zipfile.ZipInfo(name, OLD), content, zipfile.ZIP_DEFLATED)
    return size
