"""The profile in a set of photos of one fixture: its camera, its plan, its references."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from device_profiles.camera import Camera, CameraSource, ShelfView, SourceKind
from device_profiles.device import DeviceProfile
from device_profiles.names import Names
from device_profiles.planogram import FixtureKind, FixtureProfile, PlanogramProfile, SlotPlan
from device_profiles.store import DeviceKind
from simulators.render.packs.packs import PackDesign
from simulators.render.shelves.chest import ChestView
from simulators.render.shelves.cooler import CoolerView

VALID_FROM = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSet:
    """A set of `count` photos to be made in the folder `out`: a fixture of so many rows and
    columns, the packs that are planned in it, and those that nobody enrolled."""

    out: Path
    planned: Sequence[PackDesign]
    strangers: Sequence[PackDesign]
    rows: int
    columns: int
    count: int
    seed: int


def set_profile(
    view: CoolerView | ChestView,
    *,
    fixture_id: str,
    name: Names,
    kind: FixtureKind,
    slots: Sequence[SlotPlan],
) -> DeviceProfile:
    """A device with one camera, which sees one fixture as `view` does, planned as `slots`."""
    fixture = FixtureProfile(
        fixture_id=fixture_id,
        letter="A",
        name=name,
        kind=kind,
        rows=view.rows,
        columns=view.columns,
    )
    camera = Camera(
        camera_id="camera",
        source=CameraSource(kind=SourceKind.IMAGE_FOLDER, address="images"),
        width_px=view.width_px,
        height_px=view.height_px,
        shelves=(ShelfView(fixture_id=fixture_id, corners=view.corners),),
    )
    plan = PlanogramProfile.model_validate(
        {
            "planogram_id": "plan",
            "version": 1,
            "fixture_id": fixture_id,
            "valid_from": VALID_FROM,
            "slots": list(slots),
        }
    )
    return DeviceProfile(
        tenant_id="rendered",
        store_id="rendered",
        device_id=fixture_id,
        kind=DeviceKind.COOLER,
        claim_token="rendered-claims-nothing",  # noqa: S106 - no device claims with it
        time_zone="UTC",
        cameras=(camera,),
        fixtures=(fixture,),
        planograms=(plan,),
        gallery="references",
    )
