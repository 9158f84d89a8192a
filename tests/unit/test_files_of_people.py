"""Every file that a person hands in, as editors and copies spoil it: read, or refused in a line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud_hub.core.settings import load_settings
from cloud_hub.fleet.artifacts.packing import pack_artifact
from cloud_hub.link.letters.dead_letters_offline import read_body
from cloud_hub.master_data.importer import read_chain
from cloud_hub.review.reference_pictures import gallery_pictures
from device_profiles.artifact import ArtifactKind, read_planograms, read_price_list
from device_profiles.device import load_device
from device_profiles.errors import AisleError
from edge_agent.till.imports.mapping import SHIPPED, load_mapping
from tests.stage.odd.odd_files import BOM, NO_JSON, NO_TOML, not_to_be_read
from tests.talking_device import COLA, small_chain
from vision_models.naming.gallery import Gallery
from vision_models.networks.models import read_manifest

Reader = Callable[[Path], object]

TILL = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-till"
kind = "till"
claim_token = "a-long-enough-claim-token"
"""
GALLERY = 'format = 1\nmodel = "m-1"\n'
PRICES = json.dumps({"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]})
PLAN = {"planogram_id": "p-1", "fixture_id": "f-1", "valid_from": "2026-03-04", "slots": []}


class NoEmbedder:
    """An embedding of nothing: these galleries have no pictures."""

    version, size = "m-1", 4


def _gallery(path: Path) -> object:
    return Gallery.open(path.parent, NoEmbedder())  # type: ignore[arg-type]


def _pictures(path: Path) -> object:
    return list(gallery_pictures(path.parent))


def _packed(path: Path) -> object:
    return pack_artifact(path, ArtifactKind.MODEL, "models/eye", path.parent / "packed")


TOML: dict[str, tuple[str, Reader, str]] = {
    "device profile": ("device.toml", load_device, TILL),
    "hub settings": (
        "hub.toml",
        lambda path: load_settings({}, file=path, environment={}),
        "credit_batches = 4\n",
    ),
    "import mapping": (
        "mapping.toml",
        lambda path: load_mapping(str(path)),
        (SHIPPED / "complete_journey.toml").read_text(encoding="utf-8"),
    ),
    "model manifest": ("models.toml", read_manifest, ""),
    "gallery": ("gallery.toml", _gallery, GALLERY),
    "gallery at the hub": ("gallery.toml", _pictures, GALLERY),
}
JSON: dict[str, tuple[str, Reader, str]] = {
    "chain": ("chain.json", read_chain, small_chain().model_dump_json()),
    "dead letter's body": ("body.json", read_body, '{"sequence": 1}'),
    "price list": ("prices.json", read_price_list, PRICES),
}
OTHERS: dict[str, tuple[str, Reader]] = {
    "planograms": ("plans.json", read_planograms),
    "model to send": ("models.toml", _packed),
}
TEXTS = {"UTF-8": b"", "with a byte order mark": BOM}


def refused(read: Reader, path: Path, names: str) -> None:
    """Reading gives one line that names the file."""
    with pytest.raises(AisleError) as caught:
        read(path)
    said = str(caught.value)
    assert "\n" not in said
    assert names in said
    said.encode()


@pytest.mark.parametrize("mark", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("kind", [*TOML, *JSON])
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, kind: str, mark: bytes) -> None:
    name, read, sound = (TOML | JSON)[kind]
    path = tmp_path / name
    path.write_bytes(mark + sound.encode())
    read(path)


@pytest.mark.parametrize("kind", [*TOML, "model to send"])
@pytest.mark.parametrize("content", NO_TOML.values(), ids=NO_TOML)
def test_a_spoilt_toml_file_is_refused_in_one_line(
    tmp_path: Path, kind: str, content: bytes
) -> None:
    name, read = TOML[kind][:2] if kind in TOML else OTHERS[kind]
    path = tmp_path / name
    path.write_bytes(content)
    refused(read, path, str(tmp_path))


@pytest.mark.parametrize("kind", [*JSON, "planograms"])
@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_a_spoilt_json_file_is_refused_in_one_line(
    tmp_path: Path, kind: str, content: bytes
) -> None:
    name, read = JSON[kind][:2] if kind in JSON else OTHERS[kind]
    path = tmp_path / name
    path.write_bytes(content)
    refused(read, path, name)


@pytest.mark.parametrize("kind", [*TOML, *JSON, *OTHERS])
def test_a_path_that_gives_no_bytes_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    name, read = {**TOML, **JSON}[kind][:2] if kind not in OTHERS else OTHERS[kind]
    for path in not_to_be_read(tmp_path, name):
        refused(read, path, str(tmp_path))


@pytest.mark.parametrize("kind", ["device profile", "import mapping", "chain"])
@pytest.mark.parametrize(
    "zone",
    ["Mars/Base", "Asia", "", ".", "..", "../UTC", "/etc/localtime", "tzdata.zi", "utc ", "x" * 80],
)
def test_an_unknown_time_zone_is_told_with_its_field(tmp_path: Path, kind: str, zone: str) -> None:
    name, read, sound = (TOML | JSON)[kind]
    path = tmp_path / name
    field = {"device profile": "time_zone", "import mapping": "store_time_zone"}.get(kind)
    if field is None:
        text = sound.replace("Etc/GMT-8", zone)
    else:
        kept = [line for line in sound.splitlines() if not line.startswith(field)]
        text = "\n".join([f"{field} = {json.dumps(zone)}", *kept])
    path.write_text(text, encoding="utf-8")
    refused(read, path, "time_zone: time zone")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("device profile", TILL + "photo_interval_min = "),
        ("device profile", TILL + "photo_after_door_s = "),
        ("hub settings", "http_port = "),
        ("import mapping", "selling_area_m2 = "),
        ("model manifest", "[eye]\nsize_px = "),
        ("gallery", "format = "),
        ("gallery at the hub", "format = "),
    ],
)
@pytest.mark.parametrize("digits", [20, 400, 4300, 4301, 100_000])
def test_a_number_of_any_length_is_refused_in_one_line(
    tmp_path: Path, kind: str, text: str, digits: int
) -> None:
    name, read, _ = TOML[kind]
    path = tmp_path / name
    path.write_text(text + "9" * digits, encoding="utf-8")
    refused(read, path, str(tmp_path))


@pytest.mark.parametrize("digits", [400, 4300, 4301, 100_000])
def test_a_number_of_any_length_in_json_is_no_traceback(tmp_path: Path, digits: int) -> None:
    number = "9" * digits
    path = tmp_path / "a.json"
    path.write_text(small_chain().model_dump_json().replace("100.0", number), encoding="utf-8")
    refused(read_chain, path, "a.json")
    path.write_text(PRICES.replace('"3.50"', number), encoding="utf-8")
    refused(read_price_list, path, "a.json")


@pytest.mark.parametrize("columns", ["3", "[1]", '"x"', "true", "1979-05-27"])
def test_columns_that_are_no_table_are_told(tmp_path: Path, columns: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(f'like = "complete-journey"\ncolumns = {columns}\n', encoding="utf-8")
    refused(lambda one: load_mapping(str(one)), path, "columns")
