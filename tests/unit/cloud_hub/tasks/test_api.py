"""Tasks answered over HTTP."""

from cloud_hub.scheduler import keep_all_tasks
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    PLAN,
    local,
)
from tests.stage.doors import Doors


async def test_a_person_answers_a_task_and_a_token_does_not(doors: Doors) -> None:
    for hour in (13, 14):
        doors.chain.photo(local(hour), seen={s: g for s, g in PLAN.items() if s != "A-2-1"})
    doors.chain.stock(COLA, "24", "back-room", at=local(8))
    doors.chain.flush()
    assert keep_all_tasks(doors.hub) == 1
    tasks = (await doors.get("/views/tasks", LoginRole.STORE, "s01")).json()
    path = f"/api/v1/tasks/{tasks['open'][0]['task_id']}/answer"
    refused = await doors.http.post(
        path, json={"answer": "done"}, headers=doors.token(LoginRole.STORE, "s01")
    )
    assert refused.status_code == 403
    headers = doors.signed_in("clerk", LoginRole.STORE, "s01")
    answered = await doors.http.post(path, json={"answer": "done"}, headers=headers)
    assert answered.status_code == 204, answered.text
    again = await doors.http.post(path, json={"answer": "done"}, headers=headers)
    assert again.status_code == 409
    tasks = (await doors.get("/views/tasks", LoginRole.STORE, "s01")).json()
    assert tasks["answered"][0]["answered_by"] == "clerk"
