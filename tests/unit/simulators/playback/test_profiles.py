"""Profiles of real agents, written as TOML and read back by the loader that `aisle edge` uses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from device_profiles.device import load_device
from simulators.chain.chain import build_chain, outlets
from simulators.core.clock import demo_time
from simulators.playback.profiles import DoorCamera, Fitting, ShelfCamera, profile_of, write_profile

FITTING = Fitting(
    shelves={
        "s01-a": ShelfCamera(
            width_px=1280, height_px=960, corners=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
        )
    },
    door=DoorCamera(
        inside=((0.2, 0.7), (0.8, 0.7), (0.8, 1.0)),
        before=((0.2, 0.4), (0.8, 0.4), (0.8, 0.6)),
        film=Path("door.mp4"),
        width_px=640,
        height_px=480,
        frames_per_s=8.0,
        start=(0.0, 0.5),
        end=(1.0, 0.5),
    ),
    gallery=Path("gallery"),
    api_ports={"s01-till": 9001, "s01-cart": 9002},
    page_ports={"s01-cooler": 9003},
)


@pytest.mark.parametrize("kind", ["cooler", "door", "till", "cart"])
def test_a_written_profile_is_read_back_the_same(tmp_path, kind):
    chain = build_chain(outlets(1), demo_time(datetime(2026, 11, 22, 6, tzinfo=UTC)), b"key")
    store = chain.stores[0]
    device = next(d for d in store.devices if d.kind == kind)
    profile = profile_of(chain, store, device, FITTING)
    assert load_device(write_profile(profile, tmp_path)) == profile
