"""Pictures of one product alone."""

import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.media_store import Pictures
from cloud_hub.review.reference_pictures import GivenPicture, add_reference, gallery_pictures
from cloud_hub.review.tables import ReferencePicture
from tests.small_chain import (
    COLA,
    NOW,
    TENANT,
    SmallChain,
)

JPEG = b"\xff\xd8\xff\xe0 the rest of a picture"


HUGE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 16000, 20000) + bytes(20)
REAL_GTIN = "06901234567892"


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def keep(session: Session, pictures: Pictures, gtin: str, data: bytes) -> str:
    given = GivenPicture(tenant_id=TENANT, gtin=gtin, data=data, origin="test", given_by="x")
    return add_reference(session, pictures, given, NOW)


def test_the_same_reference_picture_twice_is_kept_once(chain: SmallChain, tmp_path: Path) -> None:
    chain.flush()
    store = Pictures(tmp_path / "media", limit_bytes=10**6)
    with chain.database.writing() as session:
        for _ in range(2):
            digest = keep(session, store, REAL_GTIN, JPEG)
        assert session.scalar(sa.select(sa.func.count()).select_from(ReferencePicture)) == 1
    assert store.path(digest).read_bytes() == JPEG


@pytest.mark.parametrize(
    ("gtin", "data", "why"),
    [
        ("123", JPEG, "digits"),
        (REAL_GTIN, b"<html>", "JPEG or PNG"),
        (REAL_GTIN, JPEG + b"0" * 1_000_001, "bytes"),
        (REAL_GTIN, HUGE, "16000×20000 px"),
    ],
)
def test_a_reference_picture_that_is_none_is_refused(
    chain: SmallChain, tmp_path: Path, gtin: str, data: bytes, why: str
) -> None:
    chain.flush()
    store = Pictures(tmp_path / "media", limit_bytes=10**7)
    with chain.database.writing() as session, pytest.raises(Refused, match=why):
        keep(session, store, gtin, data)


def test_a_gallery_gives_its_first_pictures(tmp_path: Path) -> None:
    (tmp_path / COLA).mkdir()
    rows: Sequence[str] = [
        f'[[picture]]\ngtin = "{COLA}"\nfile = "{COLA}/{name}.jpg"\norigin = "{name}"'
        for name in ("a", "b")
    ]
    (tmp_path / "gallery.toml").write_text("format = 1\n" + "\n".join(rows))
    for name in ("a", "b"):
        (tmp_path / COLA / f"{name}.jpg").write_bytes(JPEG + name.encode())
    assert list(gallery_pictures(tmp_path)) == [(COLA, "a", JPEG + b"a")]
