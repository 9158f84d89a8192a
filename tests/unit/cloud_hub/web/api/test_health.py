"""Doors for machines that watch the hub."""

from cloud_hub.link.ingest.tally import Tally
from tests.stage.doors import Doors


async def test_the_process_answers_whoever_asks(doors: Doors) -> None:
    answer = await doors.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_a_broker_the_hub_is_not_ready(doors: Doors) -> None:
    answer = await doors.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "broker away"})


async def test_without_its_database_the_hub_is_not_ready(doors: Doors) -> None:
    doors.hub.database.close()
    file = doors.hub.settings.data_dir / "hub.db"
    file.rename(file.with_suffix(".away"))
    file.mkdir()
    answer = await doors.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "the database cannot be written"},
    )
    file.rmdir()
    file.with_suffix(".away").rename(file)


async def test_the_hubs_own_counters_are_told_in_prometheus_words(doors: Doors) -> None:
    doors.parts.meters.note(Tally(events=2, dead=1, by_kind={"receipt": 2}), 0.02)
    page = await doors.http.get("/metrics", headers=doors.administrator())
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'aisle_event_fates_total{fate="dead"} 1.0' in page.text
