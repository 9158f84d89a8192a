"""The doors of figures, findings, pages and tasks, asked over HTTP."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cloud_hub.access.sign_in import SESSION_COOKIE, add_login, mint_token, open_session
from cloud_hub.access.tables import Login
from cloud_hub.app import build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.register import METRICS
from cloud_hub.scheduler import keep_all_tasks
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import (
    COLA,
    NOW,
    OTHER,
    OWN,
    PLAN,
    RIVAL,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    local,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    chain: SmallChain
    hub: Hub
    http: httpx.AsyncClient
    token: Callable[..., dict[str, str]]

    async def get(self, path: str, role: LoginRole, scope: str | None = None, **query: Any):
        self.chain.flush()
        return await self.http.get(f"/api/v1{path}", params=query, headers=self.token(role, scope))

    async def metric(self, name: str, **query: Any) -> dict[str, Any]:
        answer = await self.get(f"/metrics/{name}", LoginRole.HEAD_OFFICE, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    """The hub's application, without its broker: nothing here comes over the link."""
    app = build_hub(HubSettings(data_dir=tmp_path, console=False), clock=ManualClock(NOW))
    hub: Hub = app.state.hub
    chain = SmallChain(hub.database)
    chain.master_data(stores=2)

    def token(role: LoginRole, scope: str | None = None) -> dict[str, str]:
        with hub.database.writing() as session:
            text = mint_token(
                session, tenant_id=TENANT, name="test", now=NOW, role=role, scope_id=scope
            )
        return {"Authorization": f"Bearer {text}"}

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        yield Doors(chain=chain, hub=hub, http=http, token=token)
    hub.database.close()


async def test_the_registry_is_served_whole(doors: Doors) -> None:
    answer = await doors.get("/metrics", LoginRole.HEAD_OFFICE)
    assert [metric["name"] for metric in answer.json()] == list(METRICS)
    title = answer.json()[0]["title"]
    assert (title["en"], title["zh"]) == ("Footfall", "客流")


async def test_a_metric_is_served_by_day_hour_and_store(doors: Doors) -> None:
    doors.chain.receipt(local(9), (WATER, "2", "4.00"))
    doors.chain.receipt(local(10), (WATER, "2", "6.00"), store_id="s02")
    doors.chain.receipt(local(9, day=TODAY - timedelta(days=1)), (WATER, "1", "2.50"))
    first = str(TODAY - timedelta(days=1))
    series = await doors.metric("net-sales", **{"from": first, "to": str(TODAY)})
    assert [(p["day"], float(p["value"])) for p in series["points"]] == [
        (first, 2.5),
        (str(TODAY), 10.0),
    ]
    assert float(series["total"]["value"]) == 12.5
    assert [point["provisional"] for point in series["points"]] == [False, True]
    assert series["currency"] == "CNY"
    hours = await doors.metric("net_sales", store="s01", grain="hour")
    assert {p["hour"]: float(p["value"]) for p in hours["points"]}[9] == 4.0
    assert {point["store"] for point in hours["points"]} == {"s01"}
    stores = await doors.metric("net-sales", each=True)
    assert [(p["store"], float(p["value"])) for p in stores["points"]] == [
        ("s01", 4.0),
        ("s02", 6.0),
    ]


async def test_no_data_is_null(doors: Doors) -> None:
    series = await doors.metric("conversion")
    assert series["total"]["value"] is None
    assert (await doors.metric("footfall"))["points"] == []


async def test_a_state_has_no_total_over_time(doors: Doors) -> None:
    doors.chain.photo(local(9))
    series = await doors.metric("facings")
    assert series["total"] is None
    assert [point["value"] for point in series["points"]] == [6]


BAD_QUESTIONS = (
    ("/metrics/happiness", {}, 404, "no metric 'happiness'"),
    ("/metrics/facings", {"grain": "hour"}, 422, "has no hours"),
    ("/metrics/facings", {"as_of": "2026-03-04T00:00:00Z"}, 422, "earlier time"),
    ("/metrics/net-sales", {"store": "s99"}, 404, "no store 's99'"),
    ("/metrics/net-sales", {"from": "2026-03-04", "to": "2026-03-01"}, 422, "after"),
    ("/metrics/net-sales", {"from": "2020-01-01", "to": "2026-03-01"}, 422, "at most"),
    ("/metrics/net-sales", {"from": "yesterday"}, 422, "date"),
    ("/views/stores/s99", {}, 404, "no store"),
    ("/shelves/s99-a", {}, 404, "no fixture"),
    ("/views/devices/s99-till", {}, 404, "no device"),
    ("/views/brands/nobody", {}, 404, "no brand"),
)


async def test_a_bad_question_is_answered_with_what_is_wrong(doors: Doors) -> None:
    for path, query, status, words in BAD_QUESTIONS:
        answer = await doors.get(path, LoginRole.HEAD_OFFICE, **query)
        assert answer.status_code == status, (path, answer.text)
        assert words in answer.text


async def test_every_page_is_served_as_json(doors: Doors) -> None:
    for hour in (13, 14):
        doors.chain.photo(local(hour))
    doors.chain.receipt(local(9), (WATER, "2", "4.00"))
    for path in (
        "/views/home",
        "/views/stores/s01",
        "/views/shelves/s01-a",
        "/shelves/s01-a",
        f"/views/brands/{OWN}",
        "/views/devices/s01-till",
        "/views/fleet",
        "/views/tasks",
        "/findings",
    ):
        answer = await doors.get(path, LoginRole.HEAD_OFFICE)
        assert answer.status_code == 200, (path, answer.text)


async def test_a_store_is_served_its_own_figures_only(doors: Doors) -> None:
    doors.chain.receipt(local(9), (WATER, "2", "4.00"))
    doors.chain.receipt(local(9), (WATER, "2", "90.00"), store_id="s02")
    answer = await doors.get("/metrics/net-sales", LoginRole.STORE, "s01")
    assert float(answer.json()["total"]["value"]) == 4.0
    answer = await doors.get("/metrics/net-sales", LoginRole.STORE, "s01", store="s02")
    assert answer.status_code == 404


async def test_a_brand_is_served_its_own_goods_only(doors: Doors) -> None:
    doors.chain.receipt(local(9), (WATER, "2", "4.00"), (RIVAL, "7", "24.50"))
    answer = await doors.get("/metrics/sell-out", LoginRole.BRAND, OWN)
    assert float(answer.json()["total"]["value"]) == 2
    for path, query in (
        ("/metrics/net-sales", {}),
        ("/metrics/sell-out", {"brand": OTHER}),
        ("/views/home", {}),
        ("/views/stores/s01", {}),
        ("/views/fleet", {}),
        (f"/views/brands/{OTHER}", {}),
    ):
        answer = await doors.get(path, LoginRole.BRAND, OWN, **query)
        assert answer.status_code == 403, path
    names = [m["name"] for m in (await doors.get("/metrics", LoginRole.BRAND, OWN)).json()]
    assert "purity" in names
    assert "net-sales" not in names


def signed_in(doors: Doors) -> dict[str, str]:
    """A clerk of s01, at the hub's own page."""
    with doors.hub.database.writing() as session:
        add_login(
            session,
            tenant_id=TENANT,
            login_name="clerk",
            password="long enough",
            role=LoginRole.STORE,
            scope_id="s01",
        )
        session.flush()
        login = session.get(Login, (TENANT, "clerk"))
        assert login is not None
        cookie = open_session(session, login, NOW, lasts=timedelta(hours=1))
    return {"Cookie": f"{SESSION_COOKIE}={cookie}", "Origin": "http://hub"}


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
    headers = signed_in(doors)
    answered = await doors.http.post(path, json={"answer": "done"}, headers=headers)
    assert answered.status_code == 204, answered.text
    again = await doors.http.post(path, json={"answer": "done"}, headers=headers)
    assert again.status_code == 409
    tasks = (await doors.get("/views/tasks", LoginRole.STORE, "s01")).json()
    assert tasks["answered"][0]["answered_by"] == "clerk"


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
    headers = signed_in(doors)
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
    with doors.hub.database.writing() as session:
        text = mint_token(session, tenant_id=TENANT, name="w", now=NOW, may_write=True)
    writer = {"Authorization": f"Bearer {text}"}
    kept = await doors.http.put(path, params=query, content=data, headers=writer)
    assert kept.status_code == 201, kept.text
    picture = await doors.http.get(f"{path}/{kept.json()['sha256']}", headers=reader)
    assert (picture.content, picture.headers["content-type"]) == (data, "image/jpeg")
    none = await doors.http.put(path, params=query, content=b"<svg>", headers=writer)
    assert none.status_code == 422
    assert (await doors.http.get(f"{path}/{'0' * 64}", headers=reader)).status_code == 404
