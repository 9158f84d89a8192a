"""Files that people write and programs save: master data, profiles, pictures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_hub.core.errors import HubError
from cloud_hub.master_data.importer import read_chain
from device_profiles.device import InvalidProfile, load_device
from tests.fuzz.budget import Budget, fuzzed
from tests.stage.odd.every_kind import ODD, leaves, with_odd
from tests.talking_device import small_chain
from vision_models.core.errors import UnusablePicture
from vision_models.core.pictures import read_picture

PROFILE = b"""
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-till"
kind = "till"
claim_token = "claim-token-s01-till"
time_zone = "Asia/Shanghai"
photo_interval_min = 60

[till]
workstation_id = "till-1"
currency = "CNY"
"""
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\x00C\x00"
PNG_HEAD = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x40\x00\x00\x00\x40\x08\x02\x00\x00\x00"
)


@contextmanager
def told_in_a_line(*kinds: type[Exception]) -> Iterator[None]:
    """What is raised is of these kinds, and one line."""
    try:
        yield
    except kinds as error:
        if "\n" in str(error):
            raise AssertionError(f"more than a line: {error}") from error


def test_no_chain_breaks_its_reader(tmp_path: Path) -> None:
    budget, path = Budget(), tmp_path / "chain.json"
    sound: dict[str, Any] = json.loads(small_chain(1).model_dump_json())
    places = list(leaves(sound))

    @fuzzed
    @given(
        at=st.sampled_from(places),
        odd=st.sampled_from(ODD),
        mark=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00"]),
        cut=st.integers(0, 3000) | st.none(),
    )
    def tried(at: Any, odd: Any, mark: bytes, cut: int | None) -> None:
        if budget.is_over():
            return
        path.write_bytes((mark + json.dumps(with_odd(sound, at, odd)).encode())[:cut])
        with told_in_a_line(HubError):
            read_chain(path)

    tried()


def test_no_profile_breaks_its_reader(tmp_path: Path) -> None:
    budget, path = Budget(), tmp_path / "device.toml"

    @fuzzed
    @given(
        at=st.integers(0, len(PROFILE)),
        odd=st.binary(max_size=20) | st.sampled_from([b"9" * 5000, b"nan", b"[" * 2000, b"\xff"]),
        taken=st.integers(0, 30),
    )
    def tried(at: int, odd: bytes, taken: int) -> None:
        if budget.is_over():
            return
        path.write_bytes(PROFILE[:at] + odd + PROFILE[at + taken :])
        with told_in_a_line(InvalidProfile):
            load_device(path)

    tried()


@pytest.mark.parametrize("head", [JPEG_HEAD, PNG_HEAD, b""], ids=["jpeg", "png", "nothing"])
def test_no_picture_breaks_its_reader(tmp_path: Path, head: bytes) -> None:
    budget, path = Budget(), tmp_path / "photo.jpg"

    @fuzzed
    @given(rest=st.binary(max_size=2000))
    def tried(rest: bytes) -> None:
        if budget.is_over():
            return
        path.write_bytes(head + rest)
        with told_in_a_line(UnusablePicture):
            read_picture(path)

    tried()
