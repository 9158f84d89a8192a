"""Profiles of the devices that run as real agents: one TOML file each, as `aisle edge` reads it."""

from dataclasses import dataclass
from pathlib import Path

import tomlkit

from device_profiles.camera import (
    Camera,
    CameraSource,
    CountingLine,
    LineRole,
    Point,
    ShelfView,
    SourceKind,
    Zone,
)
from device_profiles.device import DeviceProfile, TillSettings
from device_profiles.sensor import Sensor
from device_profiles.store import ChainProfile, DeviceKind, StoreDevice, StoreProfile
from simulators.chain.chain import CURRENCY
from simulators.day.footfall import LINE_ID
from simulators.day.store_day import WORKSTATION_ID

PROFILE_FILE = "profile.toml"
PHOTO_FOLDER = "photos"
COOLER_FILE = "cooler.json"
TOO_WARM_C = 8.0
INSIDE_ZONE, BEFORE_ZONE = "inside-door", "before-door"
RECONNECT_CAP_S = 4.0
"""A handful of devices on one computer: none need wait longer before it tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfCamera:
    """How a cooler's camera sees it: picture size, the shelf's corners, clockwise, and how far
    before the shelf it hangs, where that was measured."""

    width_px: int
    height_px: int
    corners: tuple[Point, Point, Point, Point]
    camera_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCamera:
    """How a door's camera sees it: its film, size, speed, the line that counts, and outlines of the
    floor inside and of the one before the door, where people wait."""

    film: Path
    width_px: int
    height_px: int
    frames_per_s: float
    start: Point
    end: Point
    inside: tuple[Point, ...]
    before: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What stands around the devices of one demonstration: scenes by fixture, gallery and ports."""

    shelves: dict[str, ShelfCamera]
    door: DoorCamera | None
    gallery: Path
    api_ports: dict[str, int]
    page_ports: dict[str, int]


def profile_of(
    chain: ChainProfile, store: StoreProfile, device: StoreDevice, fitting: Fitting
) -> DeviceProfile:
    """The profile of one device. Paths in it stand beside the profile unless they are absolute."""
    has_goods = device.kind is not DeviceKind.DOOR
    is_cooler = device.kind is DeviceKind.COOLER
    return DeviceProfile(
        tenant_id=chain.tenant_id,
        store_id=store.store_id,
        device_id=device.device_id,
        kind=device.kind,
        claim_token=device.claim_token,
        time_zone=store.time_zone,
        simulated=device.simulated,
        opening_hours=store.opening_hours,
        cameras=_cameras(store, device, fitting),
        sensors=_sensors() if is_cooler else (),
        fixtures=tuple(f for f in store.fixtures if f.fixture_id == device.fixture_id),
        planograms=tuple(plan for plan in chain.planograms if plan.fixture_id == device.fixture_id),
        products=chain.products if has_goods else (),
        gallery=str(fitting.gallery) if is_cooler else None,
        photo_interval_min=next(
            (p.interval_min for p in store.photo_plans if p.fixture_id == device.fixture_id), 60
        ),
        till=_till(device, fitting),
        page_port=fitting.page_ports.get(device.device_id, 0),
        reconnect_cap_s=RECONNECT_CAP_S,
    )


def _cameras(store: StoreProfile, device: StoreDevice, fitting: Fitting) -> tuple[Camera, ...]:
    if device.kind is DeviceKind.COOLER:
        fixture_id = str(device.fixture_id)
        shelf = fitting.shelves[fixture_id]
        return (
            Camera(
                camera_id=f"{device.device_id}-camera",
                source=CameraSource(kind=SourceKind.IMAGE_FOLDER, address=PHOTO_FOLDER),
                width_px=shelf.width_px,
                height_px=shelf.height_px,
                shelves=(
                    ShelfView(
                        fixture_id=fixture_id, corners=shelf.corners, camera_mm=shelf.camera_mm
                    ),
                ),
            ),
        )
    door = fitting.door
    if device.kind is DeviceKind.DOOR and door is not None:
        return (
            Camera(
                camera_id=f"{device.device_id}-camera",
                source=CameraSource(
                    kind=SourceKind.VIDEO_FILE, address=str(door.film), repeat=True
                ),
                width_px=door.width_px,
                height_px=door.height_px,
                frames_per_s=door.frames_per_s,
                lines=(
                    CountingLine(
                        line_id=LINE_ID, role=LineRole.ENTRANCE, start=door.start, end=door.end
                    ),
                ),
                zones=(
                    Zone(zone_id=INSIDE_ZONE, corners=door.inside),
                    Zone(zone_id=BEFORE_ZONE, is_queue=True, corners=door.before),
                ),
            ),
        )
    return ()


def _sensors() -> tuple[Sensor, ...]:
    """A controller's bridge keeps a small file of readings; the simulation writes it."""
    return (
        Sensor(
            sensor_id="temperature",
            kind="temperature",
            address=f"json:{COOLER_FILE}#temperature_c",
            limit_high=TOO_WARM_C,
        ),
        Sensor(
            sensor_id="compressor",
            kind="compressor-duty",
            address=f"json:{COOLER_FILE}#compressor_duty",
        ),
        Sensor(sensor_id="door", kind="door-open", address=f"json:{COOLER_FILE}#door_open_s"),
    )


def _till(device: StoreDevice, fitting: Fitting) -> TillSettings | None:
    if device.kind not in (DeviceKind.TILL, DeviceKind.CART):
        return None
    return TillSettings(
        port=fitting.api_ports[device.device_id],
        workstation_id=WORKSTATION_ID if device.kind is DeviceKind.TILL else "cart-1",
        currency=CURRENCY,
    )


def write_profile(profile: DeviceProfile, folder: Path) -> Path:
    """The profile as TOML in the device's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PROFILE_FILE
    document = profile.model_dump(mode="json", exclude_none=True)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path
