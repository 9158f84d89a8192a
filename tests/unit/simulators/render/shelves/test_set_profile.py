"""The profile in a set of photos of one fixture."""

import numpy as np
import pytest

from device_profiles.device import DeviceProfile
from device_profiles.names import Names
from device_profiles.planogram import FixtureKind, SlotPlan
from device_profiles.store import DeviceKind
from simulators.render.shelves.chest import ChestView, chest_view
from simulators.render.shelves.cooler import CoolerView, cooler_view
from simulators.render.shelves.set_profile import set_profile

SLOT = SlotPlan(slot_id="A-1-1", gtin="06901234567892")


def profile(view: CoolerView | ChestView, kind: FixtureKind, *slots: SlotPlan) -> DeviceProfile:
    return set_profile(
        view, fixture_id="one", name=Names(en="One", zh="一"), kind=kind, slots=slots
    )


@pytest.mark.parametrize(
    ("view", "kind"),
    [
        (cooler_view(2, 3, np.random.default_rng(1)), FixtureKind.COOLER_UPRIGHT),
        (chest_view(2, 3, np.random.default_rng(1)), FixtureKind.COOLER_CHEST),
    ],
)
def test_camera_fixture_and_plan_are_those_of_the_view(
    view: CoolerView | ChestView, kind: FixtureKind
) -> None:
    made = profile(view, kind, SLOT)
    (camera,), (fixture,), (plan,) = made.cameras, made.fixtures, made.planograms
    assert (camera.width_px, camera.height_px) == (view.width_px, view.height_px)
    assert camera.shelves[0].corners == view.corners
    assert (fixture.rows, fixture.columns, fixture.kind) == (2, 3, kind)
    assert {camera.shelves[0].fixture_id, fixture.fixture_id, plan.fixture_id} == {"one"}
    assert plan.slots == (SLOT,)
    assert made.kind is DeviceKind.COOLER


def test_a_profile_that_is_written_is_read_the_same() -> None:
    made = profile(cooler_view(2, 3, np.random.default_rng(1)), FixtureKind.COOLER_UPRIGHT, SLOT)
    assert DeviceProfile.model_validate(made.model_dump(mode="json", exclude_none=True)) == made
