"""What one agent was started with: its profile, its folder, its hub. Read once."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from device_profiles.camera import Camera, SourceKind
from device_profiles.claim_code import ClaimCode, decode, is_hub_address
from device_profiles.device import DeviceProfile, load_device
from device_profiles.store import DeviceKind
from edge_agent.core.errors import InvalidSettings
from edge_agent.drivers.printers import printer_driver_of
from edge_agent.drivers.sensors import driver_of
from sync.core.private import private_folder
from sync.link.credentials import DeviceClaim

CODE_FILE = "claim-code"
LOCK_FILE = "agent.lock"
MB = 1024 * 1024
"""A megabyte of a profile's quotas, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """One agent's settings. `profile_dir` is what relative paths of the profile stand beside."""

    profile: DeviceProfile
    profile_dir: Path
    data_dir: Path
    hub_url: str | None
    code: ClaimCode | None = None

    @property
    def database(self) -> Path:
        """The one SQLite file: outbox and local tables."""
        return self.data_dir / "agent.db"

    @property
    def media_dir(self) -> Path:
        """Where pictures wait for the hub."""
        return self.data_dir / "media"

    @property
    def claim(self) -> DeviceClaim:
        """What this device shows to get in."""
        profile, code = self.profile, self.code
        return DeviceClaim(
            tenant=profile.tenant_id,
            device=profile.device_id,
            claim_token=code.claim_token if code is not None else profile.claim_token or "",
            fingerprint=code.fingerprint if code is not None else None,
        )

    @property
    def artifacts_dir(self) -> Path:
        """Where files that the hub sent are kept."""
        return self.data_dir / "artifacts"

    def resolve(self, address: str) -> Path:
        """The file that `address` of the profile names."""
        path = Path(address)
        return path if path.is_absolute() else self.profile_dir / path


def load_settings(profile_path: Path, data_dir: Path, hub_url: str | None) -> EdgeSettings:
    """Settings whose profile makes sense and whose folder can be written.

    Raises InvalidProfile, InvalidClaimCode, InvalidSettings, PrinterUnusable or SensorUnusable
    with one line.
    """
    profile = load_device(profile_path)
    _check_is_complete(profile, profile_path)
    address = check_hub(hub_url) if hub_url is not None else None
    _check_is_writable(data_dir)
    code = _code_of(profile, data_dir)
    if code is not None:
        _check_is_of(code, profile, address)
        address = code.hub_url.rstrip("/")
    elif address is not None and profile.claim_token is None:
        raise InvalidSettings(
            f"profile {profile_path} has neither claim_code nor claim_token; get a code at the hub"
            " and run: aisle edge claim CODE --data DIR"
        )
    return EdgeSettings(
        profile=profile,
        profile_dir=profile_path.resolve().parent,
        data_dir=data_dir,
        hub_url=address,
        code=code,
    )


def _code_of(profile: DeviceProfile, data_dir: Path) -> ClaimCode | None:
    """The profile's claim code, else the one that the folder was claimed with."""
    text = profile.claim_code
    try:
        text = text or (data_dir / CODE_FILE).read_text(encoding="ascii")
    except OSError:
        return None
    except UnicodeDecodeError as error:
        raise InvalidSettings(f"{data_dir / CODE_FILE} is damaged; claim anew") from error
    return decode(text)


def _check_is_of(code: ClaimCode, profile: DeviceProfile, address: str | None) -> None:
    if (code.tenant, code.device) != (profile.tenant_id, profile.device_id):
        raise InvalidSettings(
            f"the claim code is for {code.tenant}/{code.device}, the profile for"
            f" {profile.tenant_id}/{profile.device_id}"
        )
    if address is not None and address != code.hub_url.rstrip("/"):
        raise InvalidSettings(
            f"the claim code is for the hub at {code.hub_url}, not for --hub {address}; leave"
            " --hub out"
        )


def check_hub(url: str) -> str:
    """The address without a slash at its end.  Raises InvalidSettings where it is none."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidSettings(f"--hub {url!r} is no address; write https://HOST:PORT")
    if not is_hub_address(url):
        raise InvalidSettings(
            f"--hub {url!r} would be told passwords in clear; write https://HOST:PORT"
        )
    return url.rstrip("/")


def _check_is_complete(profile: DeviceProfile, path: Path) -> None:
    needs = {
        DeviceKind.TILL: (profile.till, "a [till] table"),
        DeviceKind.CART: (profile.till, "a [till] table: the cart's API listens there"),
        DeviceKind.DOOR: (profile.cameras, "a [[cameras]] table with at least one line"),
        DeviceKind.SHELF_CAMERA: (profile.cameras, "a [[cameras]] table"),
        DeviceKind.COOLER: (profile.cameras or profile.sensors, "[[cameras]] or [[sensors]]"),
    }
    present, wanted = needs[profile.kind]
    if not present:
        raise InvalidSettings(f"profile {path}: a device of kind {profile.kind} needs {wanted}")
    for sensor in profile.sensors:
        driver_of(sensor, frozenset(profile.sensor_hosts))
    if profile.till is not None and profile.till.printer is not None:
        printer_driver_of(profile.till.printer.address)
    if profile.sensors and not profile.fixtures:
        raise InvalidSettings(f"profile {path}: sensors need [[fixtures]]: which cooler is read?")
    fixtures = {fixture.fixture_id for fixture in profile.fixtures}
    for camera in profile.cameras:
        problem = _camera_problem(camera, fixtures, counts=profile.kind is DeviceKind.DOOR)
        if problem:
            raise InvalidSettings(f"profile {path}: camera {camera.camera_id!r} {problem}")


def _camera_problem(camera: Camera, fixtures: set[str], *, counts: bool) -> str:
    """What keeps the camera from being of use; empty where nothing does."""
    if counts and not (camera.lines or camera.zones):
        return "has neither a line nor a zone to count in"
    if not (camera.lines or camera.zones or camera.shelves):
        return "has no line, zone or shelf to look at"
    for view in camera.shelves:
        if view.fixture_id not in fixtures:
            return f"sees fixture {view.fixture_id!r}, which is in no [[fixtures]] table"
    source = camera.source
    if source.kind is SourceKind.LOCAL and not source.address.isdigit():
        return f"is local: its address is its number, such as 0, not {source.address!r}"
    if source.kind is SourceKind.IMAGE_FOLDER and (camera.lines or camera.zones):
        return "counts people, which needs a film or a live camera, not a folder of photos"
    return ""


def _check_is_writable(folder: Path) -> None:
    try:
        private_folder(folder)
    except OSError as error:
        raise InvalidSettings(
            f"cannot make folder {folder}: {error.strerror}; choose another --data"
        ) from error
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InvalidSettings(
            f"cannot write in {folder}: {error.strerror}; choose another --data"
        ) from error
