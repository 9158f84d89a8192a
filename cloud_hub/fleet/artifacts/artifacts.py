"""Artifacts: models, galleries, planograms and price lists, added as signed files under a name and
a version, and wanted of devices by their desired state."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session
from tuf.api.metadata import TargetFile

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.core.errors import HubError, Refused, UnusableData
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.packing import pack_artifact
from cloud_hub.fleet.artifacts.signing import ArtifactSigner
from cloud_hub.fleet.commands.shadows import ARTIFACTS, WantedState, shadow_of, want_state
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.artifact import (
    ArtifactKind,
    ArtifactName,
)

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
class NewVersion:
    """The file, or the folder, at `path`, to be signed as a version of the artifact `name`. `above`
    is the highest that a device says it has."""

    path: Path
    name: str
    version: int
    kind: ArtifactKind
    above: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredVersion:
    """The version of an artifact that `by` wants devices to have; with None what they were fitted
    with."""

    name: str
    version: int | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifacts:
    """The artifacts of every chain, in the hub's data folder. Safe beside a running hub."""

    folder: Path
    keys: Path | None = None

    def signer(self, tenant_id: str) -> ArtifactSigner:
        """One chain's repository."""
        return ArtifactSigner(folder=self.folder / tenant_id, keys=self.keys)

    def tenants(self) -> list[str]:
        """Chains that have a repository."""
        return sorted(path.name for path in self.folder.glob("*") if path.is_dir())

    def listed(self, tenant_id: str) -> list[Artifact]:
        """Every version of every artifact, by name, the newest first."""
        found = [_artifact(target) for target in self.signer(tenant_id).listed().values()]
        return sorted(found, key=lambda one: (one.name, -one.version))

    def add(self, tenant_id: str, new: NewVersion, now: datetime) -> Artifact:
        """Signs a new version.

        Raises Refused when the version is there already, is not above the newest, or the file is
        not of its kind; UnusableData when it cannot be read or kept.
        """
        name, version = new.name, new.version
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
        if version <= new.above:
            raise Refused(
                f"a device has {name} version {new.above} already, from before this hub was put"
                f" back, and takes no other of that number; the next is {new.above + 1}",
                status=409,
            )
        signer = self.signer(tenant_id)
        with tempfile.TemporaryDirectory(dir=_made(self.folder)) as scratch:
            packed = Path(scratch) / "packed"
            custom = {"name": name, "version": version, "kind": new.kind.value}
            custom |= pack_artifact(new.path, new.kind, name, packed)
            custom["added_at"] = now.isoformat(timespec="seconds")
            target = TargetFile.from_file(f"{name}/{version}", str(packed), ["sha256"])
            target.unrecognized_fields["custom"] = custom
            kept = signer.targets / name / f"{target.hashes['sha256']}.{version}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            with packed.open("rb") as file:
                os.fsync(file.fileno())
            packed.replace(kept)
        signer.sign_target(target, now)
        return _artifact(target)

    def assign(
        self, session: Session, devices: Iterable[DeviceRow], desired: DesiredVersion, now: datetime
    ) -> list[DeviceShadow]:
        """The shadows of `devices`, of which `desired` is wanted from now on; noted in the audit
        log. Raises Refused when there is no such version."""
        changed = []
        for device in devices:
            if desired.version is not None:
                self.require(device.tenant_id, desired.name, desired.version)
            shadow = shadow_of(session, device.tenant_id, device.device_id)
            state = dict(shadow.desired) if shadow is not None else {}
            wanted = {**state.get(ARTIFACTS, {}), desired.name: desired.version}
            state[ARTIFACTS] = {key: value for key, value in wanted.items() if value is not None}
            if not state[ARTIFACTS]:
                del state[ARTIFACTS]
            changed.append(
                want_state(session, device, WantedState(state=state, by=desired.by), now)
            )
            record_act(
                session,
                Act(
                    tenant_id=device.tenant_id,
                    actor=desired.by,
                    action="artifact-assigned",
                    subject=device.device_id,
                    detail={"artifact": desired.name, "version": desired.version},
                ),
                now,
            )
        return changed

    def require(self, tenant_id: str, name: str, version: int) -> None:
        """Nothing. Raises Refused, which names those there are, when there is no such version."""
        if f"{name}/{version}" not in self.signer(tenant_id).listed():
            known = [str(a.version) for a in self.listed(tenant_id) if a.name == name]
            raise Refused(
                f"there is no {name} version {version};"
                f" there is: {', '.join(known) or 'none (aisle artifact add)'}",
                status=404,
            )

    def kind_of(self, tenant_id: str, name: str) -> ArtifactKind | None:
        """What an artifact is, None for one that there is not, or of a kind that this program does
        not know: a newer one signed it, or its list was changed, which no device takes."""
        kinds = (one.kind for one in self.listed(tenant_id) if one.name == name)
        return next((ArtifactKind(kind) for kind in kinds if kind in set(ArtifactKind)), None)

    def sign_again(self, tenant_id: str, name: str, version: int, above: int, now: datetime) -> int:
        """The number, above `above`, under which the content of `version` is signed once more; an
        earlier one where that was done already. Raises UnusableData where its file or the keys are
        not here."""
        signer = self.signer(tenant_id)
        target = signer.listed().get(f"{name}/{version}")
        if target is None:
            raise UnusableData(f"{name} version {version} is not listed any more")
        sha256 = target.hashes["sha256"]
        listed = [one for one in self.listed(tenant_id) if one.name == name]
        same = [one.version for one in listed if one.version > above and one.sha256 == sha256]
        if same:
            return same[0]
        number = max(above, *(one.version for one in listed)) + 1
        folder = signer.targets / name
        try:
            shutil.copyfile(folder / f"{sha256}.{version}", folder / f"{sha256}.{number}")
        except OSError as error:
            raise UnusableData(f"the file of {name} {version}: {error.strerror}") from error
        again = TargetFile(target.length, dict(target.hashes), f"{name}/{number}")
        again.unrecognized_fields["custom"] = {
            **target.unrecognized_fields["custom"],
            "version": number,
            "added_at": now.isoformat(timespec="seconds"),
        }
        try:
            signer.sign_target(again, now)
        except HubError:
            (folder / f"{sha256}.{number}").unlink(missing_ok=True)
            raise
        return number


def artifacts_of(hub: Hub) -> Artifacts:
    """The artifacts in the hub's data folder."""
    return Artifacts(folder=hub.settings.artifacts_dir)


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
