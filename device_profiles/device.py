"""One device: what is fitted to it and where it stands. `aisle edge --profile FILE` loads this."""

from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from device_profiles.camera import Camera
from device_profiles.errors import AisleError
from device_profiles.files import UnreadableFile, read_toml, shown
from device_profiles.names import Identifier, Profile
from device_profiles.opening_hours import OpeningHours
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from device_profiles.sensor import Sensor
from device_profiles.store import DeviceKind, ProductProfile, ZoneName
from device_profiles.values.bounds import (
    ITEMS_MAX,
    LINE_CHARACTERS,
    Amount,
    Count,
    Secret,
    Text,
    Word,
    keepable,
)
from device_profiles.values.bounds import Path as PathText
from device_profiles.values.code_layouts import DEFAULT_LAYOUTS, LAYOUTS_MOST, CodeLayout
from device_profiles.values.countries import Country
from device_profiles.values.money import CurrencyCode

FITTED_MOST = 100
"""Cameras, or sensors, of one device."""


class InvalidProfile(AisleError, ValueError):
    """A profile file that cannot be used; the message names the file, the field and the mend."""


class PrinterSettings(Profile):
    """A till's receipt printer. `width` is how many characters a line holds; `text` how it is told
    other letters than English ones: by its code pages (`latin`), by GB 18030, or as a `picture`
    drawn with the `font` of a file. `header` and `footer` are the shop's own lines."""

    address: PathText
    width: int = Field(default=42, ge=24, le=64)
    text: Literal["latin", "gb18030", "picture"] = "latin"
    font: PathText | None = None
    language: Literal["en", "zh"] = "en"
    header: tuple[Text, ...] = Field(default=(), max_length=10)
    footer: tuple[Text, ...] = Field(default=(), max_length=10)
    opens_drawer: bool = False

    @model_validator(mode="after")
    def _picture_has_a_font(self) -> "PrinterSettings":
        if self.text == "picture" and self.font is None:
            raise ValueError('text = "picture" needs a font: the path of a .ttf or .otf file')
        return self


class TillSettings(Profile):
    """A till's local HTTP address and money."""

    host: Text = "127.0.0.1"
    port: int = Field(default=8701, ge=0, le=65535)
    workstation_id: Identifier = "till-1"
    currency: CurrencyCode = "CNY"
    register_closes_at_h: int = Field(default=4, ge=0, le=12)
    printer: PrinterSettings | None = None


class AuditSettings(Profile):
    """Clips that a person counts by hand at the device's own page: off unless this table stands in
    the profile. `code` is asked for before anything is recorded or shown."""

    code: Text = Field(min_length=8)
    minutes: float = Field(default=15.0, gt=0, le=60)
    kept_h: float = Field(default=24.0, gt=0, le=168)


class DeviceProfile(Profile):
    """A device's whole profile, read once at start.

    It gets in by a `claim_code`, or by its `claim_token` at the hub that the command line names.
    A photo of the shelves is due every `photo_interval_min` minutes of opening hours (0: never so),
    at the local `photo_times`, and `photo_after_door_s` after a cooler's door was closed.
    `photo_frames` of a live camera, a second apart, vote on what each photo shows. `code_layouts`
    are the chain's, as in its master data: what stands inside its own codes; so is `country`, where
    telephone numbers are that do not say so (without it that of the time zone). The page and the
    till's API answer by the machine's own addresses and name, and by `page_names`. Sensors by HTTP
    are asked in the store's own network, and at `sensor_hosts`.
    """

    tenant_id: Identifier
    store_id: Identifier
    device_id: Identifier
    kind: DeviceKind
    claim_token: Secret | None = Field(default=None, min_length=16)
    claim_code: Annotated[str, StringConstraints(max_length=4000)] | None = None
    time_zone: ZoneName = "UTC"
    simulated: bool = False
    opening_hours: OpeningHours | None = None
    cameras: tuple[Camera, ...] = Field(default=(), max_length=FITTED_MOST)
    sensors: tuple[Sensor, ...] = Field(default=(), max_length=FITTED_MOST)
    sensor_hosts: tuple[Word, ...] = Field(default=(), max_length=FITTED_MOST)
    fixtures: tuple[FixtureProfile, ...] = Field(default=(), max_length=ITEMS_MAX)
    planograms: tuple[PlanogramProfile, ...] = Field(default=(), max_length=ITEMS_MAX)
    products: tuple[ProductProfile, ...] = Field(default=(), max_length=ITEMS_MAX)
    code_layouts: tuple[CodeLayout, ...] = Field(default=DEFAULT_LAYOUTS, max_length=LAYOUTS_MOST)
    country: Country | None = None
    gallery: PathText | None = None
    photo_interval_min: int = Field(default=60, ge=0, le=1440)
    photo_times: tuple[time, ...] = Field(default=(), max_length=1440)
    photo_after_door_s: float | None = Field(default=None, ge=0, le=600)
    photo_frames: int = Field(default=1, ge=1, le=9)
    till: TillSettings | None = None
    audit: AuditSettings | None = None
    page_host: Text = "127.0.0.1"
    page_port: int = Field(default=0, ge=0, le=65535)
    page_names: tuple[Word, ...] = Field(default=(), max_length=FITTED_MOST)
    outbox_quota_mb: Count = Field(default=256, ge=1)
    artifact_quota_mb: Count = Field(default=512, ge=1)
    reconnect_cap_s: Amount = Field(default=300.0, ge=1.0)


def load_device(path: Path) -> DeviceProfile:
    """The profile in a TOML file. Relative paths inside it stand beside the file.

    Raises InvalidProfile with one line that names the field.
    """
    try:
        return DeviceProfile.model_validate(read_toml(path, "profile"))
    except UnreadableFile as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise InvalidProfile(
                f"no profile at {shown(path)}; give --profile an existing TOML file"
            ) from error
        raise InvalidProfile(str(error)) from error
    except ValidationError as error:
        raise InvalidProfile(f"profile {shown(path)}: {first_problem(error)}") from error


_PLAIN = {
    "extra_forbidden": "this name is not known here; is it misspelt?",
    "missing": "this is missing",
    "timezone_aware": "it needs a UTC offset, such as +08:00 or Z",
}


def first_problem(error: ValidationError) -> str:
    """One line for people from a validation error: the field's path, and what is wrong with it.

    A name that is not known comes first: where one is misspelt, another one seems to be missing.
    """
    return problem_line(error.errors(include_url=False))


def problem_line(problems: Sequence[Mapping[str, Any]]) -> str:
    """The line of `first_problem` for a list of problems as pydantic tells them."""
    problem = min(problems, key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in problem["loc"])
    what = _PLAIN.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    line = keepable(" ".join(f"{where}: {what}".split()) if where else what, LINE_CHARACTERS)
    return f"{line}{more}"
