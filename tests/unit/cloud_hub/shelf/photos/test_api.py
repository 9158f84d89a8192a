"""Pictures shown to who may see them."""

import pytest

from cloud_hub.link.tables import Media
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OTHER, OWN, TENANT
from tests.stage.doors import Doors

PICTURE = b"\xff\xd8\xff a picture"


def photographed(doors: Doors, media_type: str = "image/jpeg", data: bytes | None = PICTURE) -> str:
    """A photo of the brand's own cooler in s01; its bytes are here unless `data` is None."""
    sha256 = doors.hub.pictures.put(data) if data is not None else "0" * 64
    doors.chain.photo(NOW, stored=False)
    observation = doors.chain._rows[-1]
    observation.photo_sha256 = sha256
    doors.chain.add(
        Media(
            tenant_id=TENANT,
            sha256=sha256,
            store_id="s01",
            device_id="s01-cooler",
            subject="s01-a",
            media_type=media_type,
            bytes=1,
            width_px=1,
            height_px=1,
            taken_at=NOW,
            stored_at=NOW,
        )
    )
    return sha256


async def test_a_picture_is_shown_and_kept_by_the_browser(doors: Doors) -> None:
    sha256 = photographed(doors)
    answer = await doors.get(f"/media/{sha256}", LoginRole.HEAD_OFFICE)
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    headers = doors.token(LoginRole.HEAD_OFFICE) | {"If-None-Match": answer.headers["etag"]}
    again = await doors.http.get(f"/api/v1/media/{sha256}", headers=headers)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        (LoginRole.STORE, "s01", 200),
        (LoginRole.STORE, "s02", 404),
        (LoginRole.BRAND, OWN, 200),
        (LoginRole.BRAND, OTHER, 404),
    ],
)
async def test_a_picture_is_for_who_sees_its_fixture_and_to_others_it_is_not_there(
    doors: Doors, role: LoginRole, scope: str, status: int
) -> None:
    sha256 = photographed(doors)
    assert (await doors.get(f"/media/{sha256}", role, scope)).status_code == status


async def test_a_picture_whose_bytes_are_on_their_way_is_told_as_such(doors: Doors) -> None:
    sha256 = photographed(doors, data=None)
    answer = await doors.get(f"/media/{sha256}", LoginRole.HEAD_OFFICE)
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "the picture's bytes have not arrived yet",
    )


@pytest.mark.parametrize("said", ["text/html", "image/svg+xml", "application/javascript"])
async def test_a_device_cannot_have_a_browser_run_its_bytes(doors: Doors, said: str) -> None:
    sha256 = photographed(doors, media_type=said)
    answer = await doors.get(f"/media/{sha256}", LoginRole.HEAD_OFFICE)
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_who_says_to_see_something_on_anothers_picture_shows_it_to_nobody(
    doors: Doors,
) -> None:
    sha256 = photographed(doors)
    doors.chain.photo(NOW, store_id="s02", stored=False)
    doors.chain._rows[-1].photo_sha256 = sha256
    doors.chain.flush()
    assert (await doors.get(f"/media/{sha256}", LoginRole.STORE, "s02")).status_code == 404
    assert (await doors.get(f"/media/{sha256}", LoginRole.STORE, "s01")).status_code == 200


async def test_a_picture_that_its_device_has_not_sent_is_not_shown(doors: Doors) -> None:
    sha256 = photographed(doors)
    doors.chain._rows[-1].stored_at = None
    answer = await doors.get(f"/media/{sha256}", LoginRole.HEAD_OFFICE)
    assert answer.status_code == 404
    assert "not arrived" in answer.text
