from pathlib import Path

import pytest

from device_profiles.device import InvalidProfile
from edge_agent.core.errors import EdgeError, InvalidSettings
from edge_agent.settings import load_settings

EXAMPLES = Path(__file__).parents[3] / "device_profiles" / "examples"
TILL = (EXAMPLES / "till.toml").read_text(encoding="utf-8")
DOOR = (EXAMPLES / "door.toml").read_text(encoding="utf-8")
COOLER = (EXAMPLES / "cooler.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_profile_can_be_started(path: Path, tmp_path: Path):
    settings = load_settings(path, tmp_path / "data", "http://127.0.0.1:8000/")
    assert settings.profile.kind == path.stem
    assert settings.hub_url == "http://127.0.0.1:8000"
    assert settings.resolve("photos") == EXAMPLES / "photos"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TILL.split("[till]")[0], "needs a [till] table"),
        (DOOR.split("[[cameras.lines]]")[0], "neither a line nor a zone"),
        (
            DOOR.replace('kind = "stream", address = "rtsp:', 'kind = "local", address = "x'),
            "number",
        ),
        (COOLER.replace("json:cooler.json#temp", "zigbee:1#temp"), "must begin with one of: json:"),
        (COOLER.replace('kind = "temperature"', 'kind = "humidity"'), "known kinds:"),
        (TILL.replace('"till"\n', '"tilt"\n'), "kind: Input should be"),
        (TILL.replace("port = 8701", "port = 99999"), "till.port"),
        ("[[[", "is not TOML"),
    ],
)
def test_an_unusable_profile_is_one_line_that_names_the_field(tmp_path: Path, text: str, says: str):
    path = tmp_path / "profile.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((EdgeError, InvalidProfile)) as told:
        load_settings(path, tmp_path / "data", None)
    assert says in str(told.value)
    assert "\n" not in str(told.value)


def test_a_folder_that_cannot_be_made_says_which(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InvalidSettings, match="choose another --data"):
        load_settings(EXAMPLES / "till.toml", tmp_path / "file" / "data", None)
