"""Answers become a gallery: the crop of what a device had wrong, once, with who said so."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cloud_hub.core.media_store import Pictures
from cloud_hub.review.cli import app
from cloud_hub.review.gallery_export import export_answers
from cloud_hub.review.tables import Answer, Reason, ReviewItem
from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.cooler import reference_picture
from tests.small_chain import NOW, TENANT, SmallChain

WATER, TEA = "06901234567892", "00036000291452"
ANSWERED_AT = datetime(2026, 3, 4, 7, tzinfo=UTC)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures(tmp_path / "media", limit_bytes=10**7)


def shelf_photo(pictures: Pictures) -> str:
    """A photo with two packs side by side, the left one 200 px wide."""
    sprites = SpriteShelf(capacity=6)
    packs = [
        cv2.resize(np.asarray(reference_picture(unlisted_pack(n), 0.0, sprites)), (200, 500))
        for n in (9001, 9002)
    ]
    _, raw = cv2.imencode(".jpg", np.hstack(packs))
    return pictures.put(raw.tobytes())


def item(sha256: str, number: int, *, answer: Answer, **other: object) -> ReviewItem:
    values = {
        "tenant_id": TENANT,
        "item_id": f"item-{number}",
        "store_id": "s01",
        "fixture_id": "s01-a",
        "observation_id": "o",
        "photo_sha256": sha256,
        "width_px": 400,
        "height_px": 500,
        "taken_at": NOW,
        "business_day": NOW.date(),
        "slot_id": None,
        "box": [200.0 * (number % 2), 0.0, 200.0 * (number % 2) + 200, 500.0],
        "seen_gtin": None,
        "certainty": 0.3,
        "candidates": [],
        "model": "sku-x",
        "reason": Reason.UNKNOWN.value,
        "queued_at": NOW,
        "answered_at": ANSWERED_AT,
        "answered_by": "li",
        "answer": answer.value,
        "answer_gtin": None,
    }
    return ReviewItem(**(values | other))


def test_what_people_named_is_enrolled_once_with_who_said_so(
    chain: SmallChain, pictures: Pictures, tmp_path: Path
) -> None:
    sha256 = shelf_photo(pictures)
    named = {"answer": Answer.SKU, "answer_gtin": WATER}
    right = {"reason": Reason.AUDIT.value, "seen_gtin": TEA, "answer_gtin": TEA}
    chain.add(
        item(sha256, 0, **named),
        item(sha256, 1, answer=Answer.FOREIGN),
        item(sha256, 3, answer=Answer.SKU, **right),
        item("ab" * 32, 2, **named),
    )
    chain.flush()
    with chain.reading() as session:
        done = export_answers(session, pictures, TENANT, tmp_path / "gallery")
        again = export_answers(session, pictures, TENANT, tmp_path / "gallery")
    assert (done.answers, done.added, done.products) == (2, 1, 1)
    assert done.left_out == (f"item-2: its photo {'ab' * 32} is not here",)
    assert (again.answers, again.added) == (2, 0)
    (kept,) = tomllib.loads((tmp_path / "gallery" / "gallery.toml").read_text())["picture"]
    assert (kept["gtin"], kept["origin"]) == (WATER, "review item-0 by li")
    crop = cv2.imread(str(tmp_path / "gallery" / kept["file"]))
    assert crop.shape[:2] == (500, 200)


def spoilt(pictures: Pictures) -> list[str]:
    """Photos of which nothing may be cut: cut, without its middle, no picture at all, empty."""
    raw = pictures.path(shelf_photo(pictures)).read_bytes()
    half = len(raw) // 2
    return [
        pictures.put(data)
        for data in (raw[:half], raw[:half] + raw[half + 900 :], b"<html>no</html>", raw[:30])
    ]


def test_a_damaged_or_missing_photo_is_left_out_and_the_others_go_on(
    chain: SmallChain, pictures: Pictures, tmp_path: Path
) -> None:
    named = {"answer": Answer.SKU, "answer_gtin": WATER}
    gone, outside = "ab" * 32, [900.0, 0.0, 990.0, 50.0]
    chain.add(
        *(item(sha256, n, **named) for n, sha256 in enumerate([*spoilt(pictures), gone])),
        item(shelf_photo(pictures), 5, answer=Answer.SKU, answer_gtin=TEA),
        item(shelf_photo(pictures), 6, answer=Answer.SKU, answer_gtin=TEA, box=outside),
    )
    chain.flush()
    with chain.reading() as session:
        done = export_answers(session, pictures, TENANT, tmp_path / "gallery")
    assert (done.answers, done.added, done.products) == (7, 1, 1)
    assert sorted(line.split(":")[0] for line in done.left_out) == [
        f"item-{n}" for n in (0, 1, 2, 3, 4, 6)
    ]
    assert all("\n" not in line for line in done.left_out)


def test_the_command_says_what_it_left_out_and_ends_with_one(
    chain: SmallChain, pictures: Pictures, tmp_path: Path
) -> None:
    named = {"answer": Answer.SKU, "answer_gtin": WATER}
    chain.add(item(shelf_photo(pictures), 0, **named), item(spoilt(pictures)[0], 1, **named))
    chain.flush()
    for left_out in (1, 1):
        done = CliRunner().invoke(
            app,
            ["review", "export", "--gallery", str(tmp_path / "gallery"), "--data", str(tmp_path)],
        )
        assert done.exit_code == left_out, done.output
        assert ", 1 left out" in done.stdout
        assert "left out item-1: " in done.stderr
    assert len(tomllib.loads((tmp_path / "gallery" / "gallery.toml").read_text())["picture"]) == 1


def test_the_newest_five_answers_of_a_product_are_enough(
    chain: SmallChain, pictures: Pictures, tmp_path: Path
) -> None:
    sha256 = shelf_photo(pictures)
    boxes = [[10.0 * n, 0.0, 10.0 * n + 200, 500.0] for n in range(8)]
    chain.add(
        *(item(sha256, n, answer=Answer.SKU, answer_gtin=WATER, box=boxes[n]) for n in range(8))
    )
    chain.flush()
    with chain.reading() as session:
        assert export_answers(session, pictures, TENANT, tmp_path / "gallery").added == 5
