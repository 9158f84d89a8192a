"""Pictures that devices send, in pieces and whole."""

import base64
import hashlib
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import sqlalchemy as sa

from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.link.tables import AlarmRaised, Media
from cloud_hub.master_data.importer import import_chain
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors, opened_doors
from tests.talking_device import small_chain

PICTURE = b"\xff\xd8 a picture " * 40
NAME = hashlib.sha256(PICTURE).hexdigest()
PATH = f"/api/v1/media/{NAME}"


def basic(name: str, password: str = "secret") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


COOLER, DOOR = basic("s01-cooler"), basic("s01-door")
OTHERS_COOLER = basic("s01-cooler", "another secret")


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
        for device in ("s01-cooler", "s01-door"):
            session.get_one(DeviceRow, (TENANT, device)).password_hash = hash_token("secret")
        other = small_chain(1).model_copy(update={"tenant_id": "other"})
        import_chain(session, other)
        named_alike = session.get_one(DeviceRow, ("other", "s01-cooler"))
        named_alike.password_hash = hash_token("another secret")
    return doors


async def put(
    doors: Doors,
    data: bytes,
    start: int = 0,
    sender: dict[str, str] = COOLER,
    **headers: str,
) -> httpx.Response:
    said = {"Content-Range": f"bytes {start}-{start + len(data) - 1}/{len(PICTURE)}"} | headers
    return await doors.http.put(PATH, content=data, headers=sender | said)


async def here(doors: Doors, sender: dict[str, str] = COOLER) -> tuple[int, str]:
    answer = await doors.http.head(PATH, headers=sender)
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
        ("bytes 0-1/" + "9" * 5_000, 400),
        ("bytes 0-" + "9" * 20 + "/" + "9" * 20, 400),
        ("bytes -1-1/2", 400),
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


@pytest.mark.parametrize("sender", [DOOR, OTHERS_COOLER])
async def test_another_device_neither_sees_nor_spoils_a_picture_on_its_way(
    known: Doors, sender: dict[str, str]
) -> None:
    await put(known, PICTURE[:100])
    assert await here(known, sender) == (404, "0")
    resumed = await put(known, PICTURE[100:], 100, sender)
    assert (resumed.status_code, resumed.headers["x-aisle-offset"]) == (409, "0")
    assert (await put(known, b"X" * 200, 0, sender)).status_code == 202
    assert (await put(known, b"X" * (len(PICTURE) - 200), 200, sender)).status_code == 422
    assert await here(known) == (404, "100")
    assert (await put(known, PICTURE[100:], start=100)).status_code == 201


@pytest.mark.parametrize("sender", [DOOR, OTHERS_COOLER])
async def test_another_device_does_not_learn_that_a_picture_is_here(
    known: Doors, sender: dict[str, str]
) -> None:
    await put(known, PICTURE)
    assert await here(known, sender) == (404, "0")
    assert (await put(known, PICTURE[:50], 0, sender)).status_code == 202
    assert await here(known, sender) == (404, "50")
    assert (await put(known, PICTURE[50:], 50, sender)).status_code == 201
    assert await here(known, sender) == (200, str(len(PICTURE)))


@pytest.mark.parametrize("sender", [DOOR, OTHERS_COOLER])
async def test_what_another_device_sends_is_not_this_ones(
    known: Doors, sender: dict[str, str]
) -> None:
    assert (await put(known, PICTURE, 0, sender)).status_code == 201
    with known.hub.sessions() as session:
        assert session.get_one(Media, (TENANT, NAME)).stored_at is None
    assert (await known.get(f"/media/{NAME}", LoginRole.HEAD_OFFICE)).status_code == 404


async def test_a_picture_that_is_here_is_not_sent_again(known: Doors) -> None:
    await put(known, PICTURE)
    again = await put(known, b"whatever", 7)
    assert (again.status_code, again.headers["x-aisle-offset"]) == (201, str(len(PICTURE)))


async def test_a_picture_keeps_the_size_that_was_said_first(known: Doors) -> None:
    await put(known, PICTURE[:100])
    shrunk = await put(known, PICTURE[:100], **{"Content-Range": "bytes 0-99/100"})
    assert shrunk.status_code == 400
    assert await here(known) == (404, "100")


async def test_a_picture_whose_file_was_lost_may_come_again(known: Doors) -> None:
    await put(known, PICTURE)
    known.hub.pictures.path(NAME).unlink()
    assert await here(known) == (404, "0")
    assert (await put(known, PICTURE)).status_code == 201
    assert await here(known) == (200, str(len(PICTURE)))


async def send_many(doors: Doors, count: int, size: int = 200_000) -> list[int]:
    statuses = []
    for number in range(count):
        data = number.to_bytes(4, "big") * (size // 4)
        path = f"/api/v1/media/{hashlib.sha256(data).hexdigest()}"
        statuses.append((await doors.http.put(path, content=data, headers=COOLER)).status_code)
    return statuses


async def test_a_device_sends_so_much_a_day_and_its_alarm_says_so(
    tmp_path: Path,
) -> None:
    async with opened_doors(tmp_path, media_day_mb=1, media_quota_mb=2) as doors:
        know_cooler(doors)
        assert await send_many(doors, 7) == [201] * 5 + [429] * 2
        assert quota_alarms(doors) == ["a-day"]
        cast("ManualClock", doors.hub.clock).advance(86_400)
        assert await send_many(doors, 12) == [201] * 10 + [507] * 2
        assert quota_alarms(doors) == ["a-day", "in-whole"]


def know_cooler(doors: Doors) -> None:
    with doors.hub.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, "s01-cooler")).password_hash = hash_token("secret")


def quota_alarms(doors: Doors) -> list[str]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(AlarmRaised).where(AlarmRaised.alarm == "media-quota"))
        return sorted(row.subject for row in rows)


def left_by_a_hub_that_died(doors: Doors, data: bytes) -> None:
    """All bytes of the picture lie where unfinished ones do, as after a power cut."""
    folder = doors.hub.settings.media_dir / "partial" / TENANT / "s01-cooler"
    (folder / NAME).write_bytes(data)


async def test_a_picture_whose_last_byte_came_before_a_power_cut_is_whole(known: Doors) -> None:
    await put(known, PICTURE[:100])
    left_by_a_hub_that_died(known, PICTURE)
    assert await here(known) == (200, str(len(PICTURE)))
    assert known.hub.pictures.path(NAME).read_bytes() == PICTURE
    with known.hub.sessions() as session:
        assert session.get_one(Media, (TENANT, NAME)).stored_at == NOW


async def test_a_picture_that_a_power_cut_spoilt_begins_anew(known: Doors) -> None:
    await put(known, PICTURE[:100])
    left_by_a_hub_that_died(known, b"X" * len(PICTURE))
    assert await here(known) == (404, "0")
    assert (await put(known, PICTURE)).status_code == 201
