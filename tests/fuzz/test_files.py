"""Files that people write and programs save: master data, profiles, mappings, artifacts."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
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
from sync.artifacts.slots import Slot, Slots
from tests.fuzz.budget import Fuzz
from tests.stage.odd.every_kind import ODD, leaves, with_odd
from tests.stage.odd.spoilt import spoilt
from tests.talking_device import COLA, small_chain
from vision_models.core.pictures import read_picture
from vision_models.naming.gallery import Gallery
from vision_models.networks.models import HERE, read_manifest

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
def told_in_a_line() -> Iterator[None]:
    """What is raised is one of our own errors, and one line that can be printed."""
    try:
        yield
    except AisleError as error:
        said = str(error)
        assert "\n" not in said, said
        said.encode()


def test_no_chain_breaks_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "chain.json"
    sound: dict[str, Any] = json.loads(small_chain(1).model_dump_json())
    places = list(leaves(sound))

    def tried(rng: Random) -> None:
        odd = json.dumps(with_odd(sound, rng.choice(places), rng.choice(ODD))).encode()
        path.write_bytes(odd)
        with told_in_a_line():
            read_chain(path)

    Fuzz("chain.json: odd values").try_seeds(tried)


class NoEmbedder:
    """An embedding of nothing: these galleries have no pictures."""

    version, size = "m-1", 4


GALLERY = f"""format = 1
model = "m-1"

[[picture]]
gtin = "{COLA}"
file = "{COLA}/a.jpg"
origin = "a.jpg"
added_at = "2026-03-04T04:00:00Z"
"""
PRICES = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]}
PLANS = {
    "planograms": [
        {
            "planogram_id": "p-1",
            "version": 1,
            "fixture_id": "f-1",
            "valid_from": "2026-03-04T00:00:00Z",
            "slots": [{"slot_id": "A-1-1", "gtin": COLA}],
        }
    ]
}
READERS: dict[str, tuple[str, Callable[[Path], object], bytes]] = {
    "chain.json": ("chain.json", read_chain, small_chain(1).model_dump_json().encode()),
    "device profile": ("device.toml", load_device, PROFILE),
    "hub settings": (
        "hub.toml",
        lambda path: load_settings({}, file=path, environment={}),
        b'credit_batches = 4\nbrokers = ["mqtt://one:1883"]\nhttp = "127.0.0.1:8080"\n',
    ),
    "import mapping": (
        "mapping.toml",
        lambda path: load_mapping(str(path)),
        (SHIPPED / "german_pos.toml").read_bytes(),
    ),
    "model manifest": ("models.toml", read_manifest, (HERE / "models.toml").read_bytes()),
    "model to send": (
        "models.toml",
        lambda path: pack_artifact(path, ArtifactKind.MODEL, "models/eye", path.parent / "packed"),
        b'[eye]\nfile = "eye.onnx"\nsha256 = "0"\n',
    ),
    "gallery": (
        "gallery.toml",
        lambda path: Gallery.open(path.parent, NoEmbedder()),  # type: ignore[arg-type]
        GALLERY.encode(),
    ),
    "gallery at the hub": (
        "gallery.toml",
        lambda path: list(gallery_pictures(path.parent)),
        GALLERY.encode(),
    ),
    "dead letter's body": ("body.json", read_body, b'{"sequence": 1, "lines": [{"line": 1}]}'),
    "price list": ("prices.json", read_price_list, json.dumps(PRICES).encode()),
    "planograms": ("plans.json", read_planograms, json.dumps(PLANS).encode()),
}


@pytest.mark.parametrize("kind", READERS)
def test_no_spoilt_file_breaks_its_reader(tmp_path: Path, kind: str) -> None:
    name, read, sound = READERS[kind]
    path = tmp_path / name

    def tried(rng: Random) -> None:
        path.write_bytes(spoilt(rng, sound))
        with told_in_a_line():
            read(path)

    Fuzz(f"{kind}: spoilt").try_seeds(tried)


def test_no_vectors_of_a_gallery_break_it(tmp_path: Path) -> None:
    kept = io.BytesIO()
    np.savez(kept, vectors=np.zeros((0, 4), np.float32))
    (tmp_path / "gallery.toml").write_text('format = 1\nmodel = "m-1"\n', encoding="utf-8")

    def tried(rng: Random) -> None:
        (tmp_path / "vectors.npz").write_bytes(spoilt(rng, kept.getvalue()))
        with told_in_a_line():
            Gallery.open(tmp_path, NoEmbedder())  # type: ignore[arg-type]

    Fuzz("gallery's vectors: spoilt").try_seeds(tried)


def test_no_packed_artifact_breaks_its_device(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"
    folder.mkdir()
    (folder / "gallery.toml").write_text(GALLERY, encoding="utf-8")
    packed = tmp_path / "packed"
    pack_artifact(folder, ArtifactKind.GALLERY, "galleries/one", packed)
    sound = packed.read_bytes()

    def tried(rng: Random) -> None:
        content = spoilt(rng, sound)
        packed.write_bytes(content)
        slots = Slots(folder=tmp_path / "slots", quota_bytes=2**40)
        slot = Slot(
            version=1,
            kind="gallery",
            sha256=hashlib.sha256(content).hexdigest(),
            file="content",
            bytes=100_000,
        )
        slots.draft(slot.sha256, len(content)).write_bytes(content)
        with told_in_a_line():
            slots.fill(slot, is_packed=True)
        shutil.rmtree(tmp_path / "slots")

    Fuzz("packed artifact: spoilt").try_seeds(tried)


@pytest.mark.parametrize("head", [JPEG_HEAD, PNG_HEAD, b""], ids=["jpeg", "png", "nothing"])
def test_no_picture_breaks_its_reader(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "photo.jpg"

    def tried(rng: Random) -> None:
        path.write_bytes(head + rng.randbytes(rng.randint(0, 2000)))
        with told_in_a_line():
            read_picture(path)

    Fuzz("pictures").try_seeds(tried)
