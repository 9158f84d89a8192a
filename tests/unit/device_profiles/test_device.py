"""A device's profile in a file, and one line where it cannot be used."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from device_profiles.device import InvalidProfile, first_problem, load_device

TILL = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-till"
kind = "till"
claim_token = "a-long-enough-claim-token"
"""


def test_a_profile_is_read_with_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "till.toml"
    path.write_text(TILL)
    profile = load_device(path)
    assert (profile.store_id, profile.device_id) == ("s01", "s01-till")
    assert (profile.page_host, profile.photo_frames) == ("127.0.0.1", 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"tenant_id = ", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (TILL.replace("s01-till", "S01 till").encode(), "device_id: "),
        ((TILL + "photo_frames = 0\n").encode(), "photo_frames: "),
        ((TILL + "colour = 'red'\n").encode(), "colour: this name is not known here"),
        (b"", "this is missing"),
    ],
)
def test_a_profile_that_cannot_be_used_is_one_line_that_names_the_field(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "till.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidProfile) as caught:
        load_device(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value).strip()


def test_a_file_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidProfile, match="give --profile an existing TOML file"):
        load_device(tmp_path / "gone.toml")
    with pytest.raises(InvalidProfile, match="cannot read profile"):
        load_device(tmp_path)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    price: float
    name: str


def problem(values: dict[str, object]) -> str:
    with pytest.raises(ValidationError) as caught:
        Shape.model_validate(values)
    return first_problem(caught.value)


def test_a_misspelt_name_comes_before_the_one_that_seems_missing() -> None:
    assert problem({"pirce": 1, "name": "x"}) == (
        "pirce: this name is not known here; is it misspelt? (and 1 more)"
    )


def test_a_missing_name_is_told_plainly() -> None:
    assert problem({"name": "x"}) == "price: this is missing"
