"""Questions and reference pictures over HTTP."""

from cloud_hub.scheduler import keep_all_tasks
from device_profiles.store import LoginRole
from tests.small_chain import COLA, PLAN, TENANT, local
from tests.stage.doors import Doors


async def test_a_person_answers_a_question_and_a_token_does_not(doors: Doors) -> None:
    doors.chain.photo(local(13), seen={**PLAN, "A-2-1": None}, candidates=[COLA])
    doors.chain.flush()
    assert keep_all_tasks(doors.hub) == 1
    view = (await doors.get("/views/review", LoginRole.STORE, "s01")).json()
    assert (view["waiting"], view["question"]["choices"][0]["gtin"]) == (1, COLA)
    path = f"/api/v1/review/{view['question']['item_id']}"
    token = doors.token(LoginRole.STORE, "s01")
    refused = await doors.http.post(path, json={"answer": "foreign"}, headers=token)
    assert refused.status_code == 403
    headers = doors.signed_in("clerk", LoginRole.STORE, "s01")
    done = await doors.http.post(path, json={"answer": "foreign"}, headers=headers)
    assert done.status_code == 204
    again = await doors.http.post(path, json={"answer": "foreign"}, headers=headers)
    assert again.status_code == 409
    wrong = {"fixture_id": "s01-a", "slot_id": "A-1-1"}
    asked = await doors.http.post("/api/v1/review", json=wrong, headers=headers)
    assert asked.status_code == 201
    other = {"fixture_id": "s02-a", "slot_id": "A-1-1"}
    refused = await doors.http.post("/api/v1/review", json=other, headers=headers)
    assert refused.status_code == 404


async def test_reference_pictures_are_put_by_writers_and_read_by_the_chain(doors: Doors) -> None:
    gtin, data = "06901234567892", b"\xff\xd8\xff\xe0 picture"
    path, query = f"/api/v1/references/{gtin}", {"tenant": TENANT}
    reader = doors.token(LoginRole.HEAD_OFFICE)
    refused = await doors.http.put(path, params=query, content=data, headers=reader)
    assert refused.status_code == 403
    writer = doors.token(LoginRole.HEAD_OFFICE, may_write=True)
    kept = await doors.http.put(path, params=query, content=data, headers=writer)
    assert kept.status_code == 201, kept.text
    picture = await doors.http.get(f"{path}/{kept.json()['sha256']}", headers=reader)
    assert (picture.content, picture.headers["content-type"]) == (data, "image/jpeg")
    none = await doors.http.put(path, params=query, content=b"<svg>", headers=writer)
    assert none.status_code == 422
    assert (await doors.http.get(f"{path}/{'0' * 64}", headers=reader)).status_code == 404
