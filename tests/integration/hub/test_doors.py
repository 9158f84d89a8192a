"""The hub's HTTP doors, asked as devices, programs and people ask them."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.sign_in import SESSION_COOKIE, check_password, open_session
from cloud_hub.access.tables import AuditEntry
from sync.events import MediaTaken, PictureQuality, ShelfObserved
from tests.running_hub import RunningHub, running_hub
from tests.talking_device import NOON, TalkingDevice, small_chain

PICTURE = b"\xff\xd8 a picture " * 400
SHA256 = hashlib.sha256(PICTURE).hexdigest()
NO_TOKEN = {"Authorization": ""}


@pytest.fixture
async def hub(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[RunningHub]:
    async with running_hub(tmp_path, port=free_port()) as running:
        await running.load(small_chain(2))
        yield running


async def make_login(hub: RunningHub, name: str, role: str, scope: str | None = None) -> None:
    answer = await hub.http.post(
        "/api/v1/logins",
        json={
            "tenant_id": "linguang",
            "login_name": name,
            "password": "long enough",
            "role": role,
            "scope_id": scope,
        },
    )
    assert answer.status_code == 204, answer.text


def sign_in(hub: RunningHub, name: str) -> dict[str, str]:
    """Headers of a browser in which `name` has signed in."""
    with hub.hub.database.writing() as session:
        login = check_password(session, name, "long enough")
        assert login is not None
        cookie = open_session(session, login, hub.hub.clock.now(), lasts=_hour())
    return {"Authorization": "", "Cookie": f"{SESSION_COOKIE}={cookie}"}


def _hour():
    from datetime import timedelta

    return timedelta(hours=1)


async def test_the_hub_says_how_it_is(hub: RunningHub) -> None:
    assert (await hub.http.get("/healthz")).json() == {"status": "ok"}
    assert (await hub.http.get("/readyz")).json() == {"status": "ready"}
    page = await hub.http.get("/metrics")
    assert "aisle_ingest_commit_seconds" in page.text


async def test_every_door_is_described(hub: RunningHub) -> None:
    document = (await hub.http.get("/api/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            assert about.get("description"), f"{method} {path} is not described"


async def test_the_api_wants_a_token(hub: RunningHub) -> None:
    for headers in (NO_TOKEN, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        answer = await hub.http.get("/api/v1/stores", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_reading_token_may_not_write(hub: RunningHub) -> None:
    made = await hub.http.post("/api/v1/tokens", json={"tenant_id": "linguang", "name": "reader"})
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await hub.http.get("/api/v1/stores", headers=headers)).status_code == 200
    body = {"tenant_id": "linguang", "name": "again"}
    assert (await hub.http.post("/api/v1/tokens", json=body, headers=headers)).status_code == 403


async def test_a_store_login_sees_its_own_store_only(hub: RunningHub) -> None:
    await make_login(hub, "anna", "store", "s02")
    headers = sign_in(hub, "anna")
    stores = (await hub.http.get("/api/v1/stores", headers=headers)).json()
    assert [store["store_id"] for store in stores] == ["s02"]
    devices = (await hub.http.get("/api/v1/devices?store=s01", headers=headers)).json()
    assert devices == []
    for path in ("/api/v1/devices/s01-till/ledger", "/api/v1/stock/s01", "/api/v1/audit"):
        assert (await hub.http.get(path, headers=headers)).status_code in (403, 404)


async def test_a_brand_login_sees_no_devices(hub: RunningHub) -> None:
    await make_login(hub, "brand", "brand", "quanye")
    headers = sign_in(hub, "brand")
    for path in ("/api/v1/devices", "/api/v1/devices/s01-till/ledger", "/api/v1/stock/s01"):
        assert (await hub.http.get(path, headers=headers)).status_code in (403, 404)


async def test_a_role_without_its_scope_is_refused(hub: RunningHub) -> None:
    answer = await hub.http.post(
        "/api/v1/logins",
        json={
            "tenant_id": "linguang",
            "login_name": "x",
            "password": "long enough",
            "role": "store",
        },
    )
    assert answer.status_code == 422
    assert "needs a scope" in answer.json()["detail"]


async def test_a_claim_needs_its_token_and_is_given_once(hub: RunningHub) -> None:
    wrong = {"tenant_id": "linguang", "device_id": "s01-till", "claim_token": "wrong"}
    assert (await hub.http.post("/api/v1/devices/claim", json=wrong)).status_code == 403
    await hub.claim("s01-till")
    right = {**wrong, "claim_token": "claim-token-s01-till"}
    refused = await hub.http.post("/api/v1/devices/claim", json=right)
    assert refused.status_code == 409
    reset = "/api/v1/devices/s01-till/reset-claim?tenant_id=linguang"
    assert (await hub.http.post(reset)).status_code == 204
    await hub.claim("s01-till")


async def test_a_device_whose_answer_was_lost_asks_again_with_its_own_secret(
    hub: RunningHub,
) -> None:
    body = {
        "tenant_id": "linguang",
        "device_id": "s01-till",
        "claim_token": "claim-token-s01-till",
        "secret": "a password that the device made itself",
    }
    for _ in range(2):
        answer = await hub.http.post("/api/v1/devices/claim", json=body)
        assert answer.json()["password"] == body["secret"]
    other = body | {"secret": "a password that another device has made"}
    assert (await hub.http.post("/api/v1/devices/claim", json=other)).status_code == 409


async def test_guessing_claims_is_slowed_down(hub: RunningHub) -> None:
    wrong = {"tenant_id": "linguang", "device_id": "s01-till", "claim_token": "wrong"}
    statuses = [
        (await hub.http.post("/api/v1/devices/claim", json=wrong)).status_code for _ in range(8)
    ]
    assert statuses[:5] == [403] * 5
    assert 429 in statuses


async def test_guessing_claims_of_ever_other_devices_is_slowed_down(hub: RunningHub) -> None:
    statuses = []
    for number in range(60):
        wrong = {"tenant_id": "linguang", "device_id": f"s01-{number}", "claim_token": "wrong"}
        statuses.append((await hub.http.post("/api/v1/devices/claim", json=wrong)).status_code)
    assert statuses == [403] * 50 + [429] * 10


async def test_guessed_tokens_and_devices_passwords_must_wait_and_right_ones_need_not(
    hub: RunningHub,
) -> None:
    password = (await hub.claim("s01-cooler"))["password"]
    statuses = []
    for number in range(60):
        guess = {"Authorization": f"Bearer guess-{number}"}
        if number % 2:
            guess = _basic("s01-cooler", f"guess-{number}")
        path = f"/api/v1/media/{SHA256}" if number % 2 else "/api/v1/stores"
        answer = await hub.http.request("HEAD" if number % 2 else "GET", path, headers=guess)
        statuses.append(answer.status_code)
    assert statuses == [401] * 50 + [429] * 10
    assert (await hub.http.get("/api/v1/stores")).status_code == 200
    own = _basic("s01-cooler", password)
    assert (await hub.http.head(f"/api/v1/media/{SHA256}", headers=own)).status_code == 404


@pytest.mark.parametrize("name", ["s01-cooler\0", "S01-COOLER", "\ud800", "%", "a" * 10_000])
async def test_what_can_be_no_devices_name_is_a_wrong_one(hub: RunningHub, name: str) -> None:
    said = base64.b64encode(f"{name}:x".encode(errors="surrogatepass")).decode()
    answer = await hub.http.head(
        f"/api/v1/media/{SHA256}", headers={"Authorization": f"Basic {said}"}
    )
    assert answer.status_code == 401


async def test_loading_a_chain_twice_keeps_a_devices_password(hub: RunningHub) -> None:
    credentials = await hub.claim("s01-till")
    await hub.load(small_chain(2))
    answer = await hub.http.head(
        f"/api/v1/media/{SHA256}", headers=_basic("s01-till", credentials["password"])
    )
    assert answer.status_code == 404


async def test_a_chain_that_is_wrong_changes_nothing(hub: RunningHub) -> None:
    chain = small_chain(3).model_dump(mode="json")
    chain["products"][0]["gtin"] = "09520000000012"
    answer = await hub.http.post("/api/v1/master-data", json=chain)
    assert answer.status_code == 422
    assert len((await hub.http.get("/api/v1/stores")).json()) == 2


def _basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": httpx.BasicAuth(name, password)._auth_header}


async def put(
    hub: RunningHub, headers: dict[str, str], part: bytes, start: int, sha256: str = SHA256
) -> httpx.Response:
    said = f"bytes {start}-{start + len(part) - 1}/{len(PICTURE)}"
    return await hub.http.put(
        f"/api/v1/media/{sha256}", content=part, headers=headers | {"Content-Range": said}
    )


async def test_a_picture_comes_in_parts_and_is_shown_when_it_is_whole(hub: RunningHub) -> None:
    device = _basic("s01-cooler", (await hub.claim("s01-cooler"))["password"])
    cooler = TalkingDevice(kind="cooler")
    cooler.say(
        MediaTaken(
            sha256=SHA256,
            bytes=len(PICTURE),
            media_type="image/jpeg",
            width_px=10,
            height_px=10,
            taken_at=NOON,
            subject="s01-a",
        ),
        ShelfObserved(
            fixture_id="s01-a",
            camera_id="cam",
            taken_at=NOON,
            photo_sha256=SHA256,
            width_px=10,
            height_px=10,
            quality=PictureQuality.CLEAR,
        ),
    )
    hub.ingest().take([cooler.hello(), *cooler.batches()])
    assert (await put(hub, device, PICTURE[:1000], 0)).status_code == 202
    wrong = await put(hub, device, PICTURE[2000:], 2000)
    assert (wrong.status_code, wrong.headers["x-aisle-offset"]) == (409, "1000")
    assert (await hub.http.get(f"/api/v1/media/{SHA256}")).status_code == 404
    assert (await put(hub, device, PICTURE[1000:], 1000)).status_code == 201
    assert (await hub.http.head(f"/api/v1/media/{SHA256}", headers=device)).status_code == 200
    shown = await hub.http.get(f"/api/v1/media/{SHA256}")
    assert (shown.content, shown.headers["content-type"]) == (PICTURE, "image/jpeg")
    known = {"If-None-Match": shown.headers["etag"]}
    assert (await hub.http.get(f"/api/v1/media/{SHA256}", headers=known)).status_code == 304
    await make_login(hub, "anna", "store", "s02")
    foreign = await hub.http.get(f"/api/v1/media/{SHA256}", headers=sign_in(hub, "anna"))
    assert foreign.status_code == 404
    await make_login(hub, "brand", "brand", "quanye")
    own = await hub.http.get(f"/api/v1/media/{SHA256}", headers=sign_in(hub, "brand"))
    assert own.status_code == 200


async def test_bytes_that_hash_to_something_else_are_thrown_away(hub: RunningHub) -> None:
    device = _basic("s01-cooler", (await hub.claim("s01-cooler"))["password"])
    answer = await put(hub, device, PICTURE, 0, sha256="0" * 64)
    assert (answer.status_code, answer.headers["x-aisle-offset"]) == (422, "0")


async def test_a_picture_wants_a_devices_password(hub: RunningHub) -> None:
    for headers in (NO_TOKEN, _basic("s01-cooler", "wrong"), {}):
        assert (await put(hub, headers, PICTURE, 0)).status_code == 401


async def test_a_picture_that_is_too_large_is_refused_unread(hub: RunningHub) -> None:
    device = _basic("s01-cooler", (await hub.claim("s01-cooler"))["password"])
    answer = await hub.http.put(
        f"/api/v1/media/{SHA256}",
        content=b"x",
        headers=device | {"Content-Range": "bytes 0-0/99000000000"},
    )
    assert answer.status_code == 413


async def test_acts_are_chained_and_a_forged_one_is_found(hub: RunningHub) -> None:
    await make_login(hub, "anna", "head-office")
    with hub.hub.database.writing() as session:
        assert first_forged(session, "linguang") is None
        entry = session.get(AuditEntry, ("linguang", 1))
        assert entry is not None
        entry.actor = "somebody else"
        session.flush()
        forged = first_forged(session, "linguang")
        assert forged is not None
        assert forged.entry == 1


async def test_another_sites_page_may_not_act_with_a_cookie(hub: RunningHub) -> None:
    await make_login(hub, "anna", "head-office")
    headers = sign_in(hub, "anna") | {"Origin": "http://evil.example"}
    # Reading is harmless: the other page cannot see the answer.
    assert (await hub.http.get("/api/v1/stores", headers=headers)).status_code == 200
