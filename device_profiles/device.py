"""One device: what is fitted to it and where it stands. `aisle edge --profile FILE` loads this."""

import tomllib
from datetime import time
from pathlib import Path

from pydantic import Field, ValidationError

from device_profiles.camera import Camera
from device_profiles.errors import AisleError
from device_profiles.names import Identifier, Profile
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from device_profiles.sensor import Sensor
from device_profiles.store import DeviceKind, OpeningHours, ProductProfile


class InvalidProfile(AisleError, ValueError):
    """A profile file that cannot be used; the message names the file, the field and the mend."""


class TillSettings(Profile):
    """A till's local HTTP address and money."""

    host: str = "127.0.0.1"
    port: int = Field(default=8701, ge=0, le=65535)
    workstation_id: Identifier = "till-1"
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    register_closes_at_h: int = Field(default=4, ge=0, le=12)


class AuditSettings(Profile):
    """Clips that a person counts by hand at the device's own page: off unless this table stands in
    the profile. `code` is asked for before anything is recorded or shown."""

    code: str = Field(min_length=8)
    minutes: float = Field(default=15.0, gt=0, le=60)
    kept_h: float = Field(default=24.0, gt=0, le=168)


class DeviceProfile(Profile):
    """A device's whole profile, read once at start.

    A photo of the shelves is due every `photo_interval_min` minutes of opening hours (0: never so),
    at the local `photo_times`, and `photo_after_door_s` after a cooler's door was closed.
    `photo_frames` of a live camera, a second apart, vote on what each photo shows. The page and the
    till's API answer by the machine's own addresses and name, and by `page_names`.
    """

    tenant_id: Identifier
    store_id: Identifier
    device_id: Identifier
    kind: DeviceKind
    claim_token: str = Field(min_length=16)
    time_zone: str = "UTC"
    simulated: bool = False
    opening_hours: OpeningHours | None = None
    cameras: tuple[Camera, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    fixtures: tuple[FixtureProfile, ...] = ()
    planograms: tuple[PlanogramProfile, ...] = ()
    products: tuple[ProductProfile, ...] = ()
    gallery: str | None = None
    photo_interval_min: int = Field(default=60, ge=0, le=1440)
    photo_times: tuple[time, ...] = ()
    photo_after_door_s: float | None = Field(default=None, ge=0, le=600)
    photo_frames: int = Field(default=1, ge=1, le=9)
    till: TillSettings | None = None
    audit: AuditSettings | None = None
    page_host: str = "127.0.0.1"
    page_port: int = Field(default=0, ge=0, le=65535)
    page_names: tuple[str, ...] = ()
    outbox_quota_mb: int = Field(default=256, ge=1)
    artifact_quota_mb: int = Field(default=512, ge=1)
    reconnect_cap_s: float = Field(default=300.0, ge=1.0)


def load_device(path: Path) -> DeviceProfile:
    """The profile in a TOML file. Relative paths inside it stand beside the file.

    Raises InvalidProfile with one line that names the field.
    """
    try:
        return DeviceProfile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise InvalidProfile(
            f"no profile at {path}; give --profile an existing TOML file"
        ) from error
    except OSError as error:
        raise InvalidProfile(f"cannot read profile {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidProfile(f"profile {path} is not TOML: {error}") from error
    except ValidationError as error:
        raise InvalidProfile(f"profile {path}: {first_problem(error)}") from error


_PLAIN = {
    "extra_forbidden": "this name is not known here; is it misspelt?",
    "missing": "this is missing",
}


def first_problem(error: ValidationError) -> str:
    """One line for people from a validation error: the field's path, and what is wrong with it.

    A name that is not known comes first: where one is misspelt, another one seems to be missing.
    """
    problems = error.errors(include_url=False)
    problem = min(problems, key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in problem["loc"])
    what = _PLAIN.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{where}: {what}{more}" if where else f"{what}{more}"
