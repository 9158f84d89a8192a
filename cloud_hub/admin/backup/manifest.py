"""What a backup says of itself, first in the file: who made it, what is in it, and its hashes."""

import json
from datetime import datetime
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from cloud_hub.admin.backup.age_file import Damaged
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.storage.database import known_versions

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
SQLITE_FILE: Final = "hub.db"
DUMP_FILE: Final = "database.dump"
PICTURE_LIST: Final = "pictures.tsv"


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or {"..", "."} & set(path.split("/")) or "\x00" in path:
        raise ValueError(f"{path!r} is no path in a hub's folder")
    return path


KeptPath = Annotated[str, AfterValidator(_inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NewerBackup(UnusableData):
    """A backup that a newer AisleOS made."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class KeptFile(_Part):
    """A file of the hub's folder."""

    path: KeptPath
    bytes: int
    sha256: Sha256


class KeptDatabase(_Part):
    """The copy of the database: `file` is an SQLite file, or what `pg_dump -Fc` wrote with the
    major version `tool`. `rows` by table; `version` is that of the tables."""

    kind: Literal["sqlite", "postgresql"]
    file: Literal["hub.db", "database.dump"]
    version: str
    rows: dict[str, int]
    tool: int | None = None


class KeptPictures(_Part):
    """How many pictures there are, where they lay, and whether their bytes are in the backup."""

    count: int
    bytes: int
    folder: str
    is_included: bool


class Manifest(_Part):
    """Everything that is in a backup but the pictures, which a file beside it lists.
    `erasures`: how many the hub had recorded; `lacking_keys`: keys for signing that were not in
    its folder, by chain."""

    format: int
    program: str
    made_at: datetime
    database: KeptDatabase
    files: tuple[KeptFile, ...]
    pictures: KeptPictures
    erasures: int
    lacking_keys: dict[str, list[str]]

    @property
    def row_count(self) -> int:
        """Rows of all tables."""
        return sum(self.database.rows.values())

    @property
    def file_bytes(self) -> int:
        """What restoring it takes on disk."""
        included = self.pictures.bytes if self.pictures.is_included else 0
        return sum(file.bytes for file in self.files) + included


def this_program() -> str:
    """The version of the AisleOS that runs."""
    return version("aisleos")


def read_manifest(content: bytes) -> Manifest:
    """The manifest, of a backup that this AisleOS can put back. Raises Damaged,
    NewerBackup."""
    try:
        told = json.loads(content)
        newer = told["format"] > FORMAT
        maker = str(told.get("program"))
        if not newer:
            manifest = Manifest.model_validate(told)
            newer = manifest.database.version not in known_versions()
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError) as error:
        raise Damaged("holds no manifest of a backup") from error
    if newer:
        raise NewerBackup(
            f"was made by a newer AisleOS ({maker}, this is {this_program()});"
            " install that one to restore it"
        )
    return manifest
