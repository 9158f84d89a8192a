"""The doors of figures, findings, pages and tasks, asked over HTTP."""

from device_profiles.store import LoginRole
from tests.small_chain import (
    OTHER,
    OWN,
    RIVAL,
    WATER,
    local,
)
from tests.stage.doors import Doors

BAD_QUESTIONS = (
    ("/metrics/happiness", {}, 404, "no metric 'happiness'"),
    ("/metrics/facings", {"grain": "hour"}, 422, "has no hours"),
    ("/metrics/facings", {"as_of": "2026-03-04T00:00:00Z"}, 422, "earlier time"),
    ("/metrics/net-sales", {"store": "s99"}, 422, "no store 's99'"),
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
    assert answer.status_code == 422


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
