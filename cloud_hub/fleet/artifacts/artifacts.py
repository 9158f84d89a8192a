"""Artifacts: models, galleries, planograms and price lists, added as signed files under a name and
a version, and wanted of devices by their desired state."""

import hashlib
import math
import os
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session
from tuf.api.metadata import TargetFile

from cloud_hub.access.audit_log import record_act
from cloud_hub.core.errors import Refused, UnusableData
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.signing import SigningDesk
from cloud_hub.fleet.commands.shadows import ARTIFACTS, shadow_of, want_state
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.master_data.place_tables import Device
from device_profiles.artifact import (
    ArtifactKind,
    ArtifactName,
    InvalidArtifact,
    read_planograms,
    read_price_list,
)

PACKED = "content"
OLD = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same files make the same bytes."""
NAME: TypeAdapter[str] = TypeAdapter(ArtifactName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One version of an artifact as it was signed."""

    name: str
    version: int
    kind: str
    bytes: int
    sha256: str
    added_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifacts:
    """The artifacts of every chain, in the hub's data folder. Safe beside a running hub."""

    folder: Path
    keys: Path | None = None

    def desk(self, tenant_id: str) -> SigningDesk:
        """One chain's repository."""
        return SigningDesk(folder=self.folder / tenant_id, keys=self.keys)

    def tenants(self) -> list[str]:
        """Chains that have a repository."""
        return sorted(path.name for path in self.folder.glob("*") if path.is_dir())

    def listed(self, tenant_id: str) -> list[Artifact]:
        """Every version of every artifact, by name, the newest first."""
        found = [_artifact(target) for target in self.desk(tenant_id).listed().values()]
        return sorted(found, key=lambda one: (one.name, -one.version))

    def add(
        self,
        tenant_id: str,
        path: Path,
        *,
        name: str,
        version: int,
        kind: ArtifactKind,
        now: datetime,
    ) -> Artifact:
        """Signs the file, or the folder, at `path` as a version of the artifact `name`.

        Raises Refused when the version is there already, is not above the newest, or the file is
        not of its kind; UnusableData when it cannot be read or kept.
        """
        try:
            NAME.validate_python(name)
        except ValidationError as error:
            raise Refused(
                f"{name!r} is no artifact's name; write one such as models/product-detector",
                status=422,
            ) from error
        newest = max((a.version for a in self.listed(tenant_id) if a.name == name), default=0)
        if version <= newest:
            raise Refused(
                f"{name} has version {newest} already; the next is {newest + 1}", status=409
            )
        desk = self.desk(tenant_id)
        with tempfile.TemporaryDirectory(dir=_made(self.folder)) as scratch:
            packed = Path(scratch) / "packed"
            custom = {"name": name, "version": version, "kind": kind.value}
            custom |= _prepare(path, kind, name, packed)
            custom["added_at"] = now.isoformat(timespec="seconds")
            target = TargetFile.from_file(f"{name}/{version}", str(packed), ["sha256"])
            target.unrecognized_fields["custom"] = custom
            kept = desk.targets / name / f"{target.hashes['sha256']}.{version}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            with packed.open("rb") as file:
                os.fsync(file.fileno())
            packed.replace(kept)
        desk.sign_target(target, now)
        return _artifact(target)

    def assign(
        self,
        session: Session,
        devices: Iterable[Device],
        *,
        name: str,
        version: int | None,
        by: str,
        now: datetime,
    ) -> list[DeviceShadow]:
        """The shadows of `devices`, which from now on are wanted to have this version, or with None
        what they were fitted with. Raises Refused when there is no such version."""
        changed = []
        for device in devices:
            if version is not None:
                self._require(device.tenant_id, name, version)
            shadow = shadow_of(session, device.tenant_id, device.device_id)
            state = dict(shadow.desired) if shadow is not None else {}
            wanted = {**state.get(ARTIFACTS, {}), name: version}
            state[ARTIFACTS] = {key: value for key, value in wanted.items() if value is not None}
            if not state[ARTIFACTS]:
                del state[ARTIFACTS]
            changed.append(want_state(session, device, state, by=by, now=now))
            self._note(session, device, by, {"artifact": name, "version": version}, now)
        return changed

    def _note(
        self, session: Session, device: Device, by: str, detail: Mapping[str, Any], now: datetime
    ) -> None:
        record_act(
            session,
            tenant_id=device.tenant_id,
            actor=by,
            action="artifact-assigned",
            subject=device.device_id,
            detail=detail,
            now=now,
        )

    def _require(self, tenant_id: str, name: str, version: int) -> None:
        if f"{name}/{version}" not in self.desk(tenant_id).listed():
            known = [str(a.version) for a in self.listed(tenant_id) if a.name == name]
            raise Refused(
                f"there is no {name} version {version};"
                f" there is: {', '.join(known) or 'none (aisle artifact add)'}",
                status=404,
            )


def artifacts_of(hub: Hub) -> Artifacts:
    """The artifacts in the hub's data folder."""
    return Artifacts(folder=hub.settings.artifacts_dir)


def choose_devices(
    session: Session,
    tenant_id: str,
    *,
    device_ids: Collection[str] = (),
    store_id: str | None = None,
    kind: str | None = None,
    share: float = 1.0,
) -> list[Device]:
    """The devices named, or those of a store or a kind; of them a `share`, the same ones each
    time. Raises Refused when one that is named is not there, or none is."""
    query = sa.select(Device).where(Device.tenant_id == tenant_id)
    if device_ids:
        query = query.where(Device.device_id.in_(device_ids))
    if store_id is not None:
        query = query.where(Device.store_id == store_id)
    if kind is not None:
        query = query.where(Device.kind == kind)
    found = sorted(session.scalars(query), key=_wave)
    missing = sorted(set(device_ids) - {device.device_id for device in found})
    if missing or not found:
        raise Refused(f"no device {missing[0] if missing else 'is meant by that'}", status=404)
    return found[: max(1, math.ceil(share * len(found)))]


def _wave(device: Device) -> str:
    """Orders devices as if at random, but always alike: a larger share holds the smaller one."""
    return hashlib.sha256(device.device_id.encode()).hexdigest()


def _artifact(target: TargetFile) -> Artifact:
    custom = target.unrecognized_fields["custom"]
    return Artifact(
        name=custom["name"],
        version=custom["version"],
        kind=custom["kind"],
        bytes=target.length,
        sha256=target.hashes["sha256"],
        added_at=custom["added_at"],
    )


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableData(f"cannot write {folder}: {error.strerror}") from error
    return folder


def _prepare(path: Path, kind: ArtifactKind, name: str, packed: Path) -> dict[str, Any]:
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
        entries = tomllib.loads(manifest.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidArtifact(
            f"{manifest} is no model manifest: {error}; give the models.toml that names the file"
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
