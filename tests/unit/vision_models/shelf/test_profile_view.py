"""The view of a shelf that a device's profile describes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomlkit

from device_profiles.names import Names
from device_profiles.planogram import FixtureKind, SlotPlan
from simulators.render.shelves.cooler import cooler_view
from simulators.render.shelves.set_profile import set_profile
from vision_models.core.errors import UnusablePicture
from vision_models.shelf.profile_view import ProfileView, open_reader, view_in_profile

VIEW = cooler_view(2, 2, np.random.default_rng(1))


@pytest.fixture
def profile() -> dict[str, Any]:
    """A device that sees one cooler."""
    made = set_profile(
        VIEW,
        fixture_id="cooler",
        name=Names(en="Cooler", zh="冷柜"),
        kind=FixtureKind.COOLER_UPRIGHT,
        slots=[SlotPlan(slot_id="A-1-1", gtin="06901234567892")],
    )
    return made.model_dump(mode="json", exclude_none=True)


def read(folder: Path, profile: dict[str, Any]) -> ProfileView:
    path = folder / "profile.toml"
    path.write_text(tomlkit.dumps(profile), encoding="utf-8")
    return view_in_profile(path)


def test_the_view_its_fixture_and_its_plan_belong_together(
    tmp_path: Path, profile: dict[str, Any]
) -> None:
    known = read(tmp_path, profile)
    assert known.view.fixture_id == known.fixture.fixture_id == "cooler"
    assert (known.width_px, known.height_px) == (VIEW.width_px, VIEW.height_px)
    assert known.planogram is not None
    assert known.planogram.slots[0].gtin == "06901234567892"
    assert known.empty_picture is None


def test_the_newest_plan_counts(tmp_path: Path, profile: dict[str, Any]) -> None:
    (plan,) = profile["planograms"]
    later = plan | {"valid_from": "2026-02-01T00:00:00Z"}
    profile["planograms"] = [plan | {"version": 9}, later | {"version": 2}, later]
    known = read(tmp_path, profile)
    assert known.planogram is not None
    assert (known.planogram.version, known.planogram.valid_from.month) == (2, 2)


def test_a_shelf_without_a_plan_is_a_view_too(tmp_path: Path, profile: dict[str, Any]) -> None:
    del profile["planograms"]
    assert read(tmp_path, profile).planogram is None


def test_the_empty_picture_lies_beside_the_profile(tmp_path: Path, profile: dict[str, Any]) -> None:
    profile["cameras"][0]["shelves"][0]["empty_picture"] = "empty.jpg"
    assert read(tmp_path, profile).empty_picture == tmp_path / "empty.jpg"


def test_a_picture_of_another_camera_is_refused_with_both_sizes(
    tmp_path: Path, profile: dict[str, Any]
) -> None:
    known = read(tmp_path, profile)
    known.check_size(Path("a.jpg"), np.zeros((VIEW.height_px, VIEW.width_px, 3), np.uint8))
    with pytest.raises(UnusablePicture, match=rf"a.jpg is 20×10 px.*{VIEW.width_px}×"):
        known.check_size(Path("a.jpg"), np.zeros((10, 20, 3), np.uint8))


def test_a_profile_without_a_shelf_view_is_told(tmp_path: Path, profile: dict[str, Any]) -> None:
    del profile["cameras"]
    with pytest.raises(UnusablePicture, match="no camera with a shelf view"):
        read(tmp_path, profile)


def test_what_is_no_profile_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("tenant_id = ", encoding="utf-8")
    for name in ("broken.toml", "missing.toml"):
        with pytest.raises(UnusablePicture):
            view_in_profile(tmp_path / name)


def test_a_reader_without_a_gallery_names_nothing_and_finds_facings_by_the_marks(
    tmp_path: Path, profile: dict[str, Any]
) -> None:
    known = read(tmp_path, profile)
    reader = open_reader(None, known, threads=1)
    grey = np.full((VIEW.height_px, VIEW.width_px, 3), 90, np.uint8)
    reading = reader.read(grey, view=known.view, fixture=known.fixture, planogram=known.planogram)
    assert not [facing for facing in reading.facings if facing.gtin]
