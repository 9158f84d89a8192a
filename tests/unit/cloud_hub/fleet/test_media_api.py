"""Pictures that devices send, in pieces and whole."""

import base64
import hashlib
from typing import Any

import httpx
import pytest

from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.link.tables import Media
from cloud_hub.master_data.place_tables import DeviceRow
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors

PICTURE = b"\xff\xd8 a picture " * 40
NAME = hashlib.sha256(PICTURE).hexdigest()
PATH = f"/api/v1/media/{NAME}"
COOLER = {"Authorization": "Basic " + base64.b64encode(b"s01-cooler:secret").decode()}


@pytest.fixture
def known(doors: Doors) -> Doors:
    """A hub that knows a cooler's password, and that it took the picture."""
    doors.chain.add(
        Media(
            tenant_id=TENANT,
            sha256=NAME,
            store_id="s01",
            device_id="s01-cooler",
            subject="s01-a",
            media_type="image/jpeg",
            bytes=len(PICTURE),
            width_px=1,
            height_px=1,
            taken_at=NOW,
            stored_at=None,
        )
    )
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, "s01-cooler")).password_hash = hash_token("secret")
    return doors


async def put(doors: Doors, data: bytes, start: int = 0, **headers: str) -> httpx.Response:
    said = {"Content-Range": f"bytes {start}-{start + len(data) - 1}/{len(PICTURE)}"} | headers
    return await doors.http.put(PATH, content=data, headers=COOLER | said)


async def here(doors: Doors) -> tuple[int, str]:
    answer = await doors.http.head(PATH, headers=COOLER)
    return answer.status_code, answer.headers["x-aisle-offset"]


async def test_a_picture_in_pieces_goes_on_where_it_was_cut(known: Doors) -> None:
    assert await here(known) == (404, "0")
    first = await put(known, PICTURE[:100])
    assert (first.status_code, first.headers["x-aisle-offset"]) == (202, "100")
    assert await here(known) == (404, "100")
    wrong = await put(known, PICTURE[50:], start=50)
    assert (wrong.status_code, wrong.headers["x-aisle-offset"]) == (409, "100")
    last = await put(known, PICTURE[100:], start=100)
    assert (last.status_code, last.headers["x-aisle-offset"]) == (201, str(len(PICTURE)))
    assert await here(known) == (200, str(len(PICTURE)))


async def test_a_whole_picture_is_told_to_the_pages(known: Doors) -> None:
    before = known.hub.changed.version
    answer = await known.http.put(PATH, content=PICTURE, headers=COOLER)
    assert answer.status_code == 201
    assert known.hub.changed.version == before + 1
    with known.hub.sessions() as session:
        assert session.get_one(Media, (TENANT, NAME)).stored_at == NOW


async def test_bytes_of_another_hash_begin_anew(known: Doors) -> None:
    answer = await put(known, b"X" * len(PICTURE))
    assert (answer.status_code, answer.headers["x-aisle-offset"]) == (422, "0")
    assert "start again" in answer.text


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("bytes 0-9", 400),
        ("0-9/10", 400),
        ("bytes 9-0/10", 400),
        ("bytes 0-10/10", 400),
        ("bytes 0-99999998/99999999", 413),
    ],
)
async def test_a_range_that_makes_no_sense_is_refused(known: Doors, said: str, status: int) -> None:
    answer = await put(known, PICTURE[:10], **{"Content-Range": said})
    assert answer.status_code == status
    assert await here(known) == (404, "0")


async def test_a_picture_of_unknown_length_is_refused(known: Doors) -> None:
    async def pieces() -> Any:
        yield PICTURE

    answer = await known.http.put(PATH, content=pieces(), headers=COOLER)
    assert (answer.status_code, answer.json()["detail"]) == (
        411,
        "send Content-Range or Content-Length",
    )


@pytest.mark.parametrize("name", ["0" * 63, "Z" * 64, "..%2F" + "0" * 59])
async def test_a_name_that_is_no_hash_is_refused(known: Doors, name: str) -> None:
    answer = await known.http.put(f"/api/v1/media/{name}", content=b"x", headers=COOLER)
    assert answer.status_code in (404, 405, 422)
