"""A clip is taken, counted by hand with two keys, compared, told, and gone."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from device_profiles.device import AuditSettings
from edge_agent.page.hand_count import AuditPages
from edge_agent.pipelines.hand_counts.clips import ClipShelf
from edge_agent.pipelines.hand_counts.recorder import ClipRecorder
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox
from tests.stage.clips.played import CAMERA, play

CODE = "a code of twelve"


@pytest.fixture
def recorder(tmp_path: Path, clock: ManualClock) -> ClipRecorder:
    return ClipRecorder(
        camera=CAMERA,
        shelf=ClipShelf(tmp_path / "audit"),
        clock=clock,
        kept_for=timedelta(hours=24),
    )


@pytest.fixture
async def pages(recorder, writer, clock):
    pages = AuditPages(
        settings=AuditSettings(code=CODE, minutes=0.1, kept_h=24),
        shelf=recorder.shelf,
        recorders={"door-1": recorder},
        writer=writer,
        clock=clock,
        zone=ZoneInfo("Asia/Shanghai"),
        rng=Random(1),
    )
    app = web.Application()
    pages.add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client, pages


async def test_nothing_is_shown_or_recorded_without_the_code(pages, recorder, clock):
    client, _ = pages
    recorder.start(CAMERA.lines[0], 2.0)
    play(recorder, clock, 3.0)
    (clip,) = recorder.shelf.clips()
    asked = await client.get("/audit")
    assert clip.clip_id not in await asked.text()
    for path in (f"/audit/clips/{clip.clip_id}", f"/audit/clips/{clip.clip_id}/film"):
        answer = await client.get(path, allow_redirects=False)
        assert answer.status == 303
    started = await client.post("/audit/start", data={"line": "door-1 front"})
    assert 'type="password"' in await started.text()
    assert recorder.until is None
    wrong = await client.post("/audit/enter", data={"code": "guessed wrong"})
    assert wrong.status == 403


async def test_a_code_cannot_be_guessed_without_end(pages, clock):
    client, _ = pages
    statuses = []
    for number in range(8):
        answer = await client.post("/audit/enter", data={"code": f"guess {number}"})
        statuses.append(answer.status)
    assert statuses == [403] * 5 + [429] * 3
    right = {"code": CODE}
    locked = await client.post("/audit/enter", data=right)
    assert locked.status == 429
    assert "Too many wrong codes: wait 2 s." in await locked.text()
    clock.advance(2.0)
    assert (await client.post("/audit/enter", data=right)).status == 200


async def test_a_code_of_odd_letters_is_only_wrong(pages):
    client, _ = pages
    for code in (b"%ED%A0%80", b"%FF", b"%00", "口令".encode()):
        data = b"code=" + code
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await client.post("/audit/enter", data=data, headers=headers)
        assert answer.status in (400, 403)


async def test_a_clip_counted_by_hand_is_compared_told_and_gone(pages, recorder, clock, outbox):
    client, _ = pages
    assert (await client.post("/audit/enter", data={"code": CODE})).status == 200
    listed = await client.post("/audit/start", data={"line": "door-1 front"})
    assert "recording until" in await listed.text()
    play(recorder, clock, 8.0, {5: True, 20: False})
    (clip,) = recorder.shelf.clips()
    page = await (await client.get(f"/audit/clips/{clip.clip_id}")).text()
    assert "<video" in page
    film = await client.get(f"/audit/clips/{clip.clip_id}/film", headers={"Range": "bytes=0-99"})
    assert (film.status, film.content_type) == (206, "video/webm")
    marks = {"marks": [{"at_s": 1.2, "is_entry": True}, {"at_s": 3.0, "is_entry": True}]}
    answer = await client.post(f"/audit/clips/{clip.clip_id}/count", json=marks)
    told = await answer.json()
    assert told["hand"] == {"in": 2, "out": 0}
    assert told["counted"] == {"in": 1, "out": 1}
    assert (told["missed"], told["surplus"], told["accuracy"]) == (1, 1, 0.0)
    assert list(recorder.shelf.folder.iterdir()) == []
    (event,) = audits(outbox)
    assert (event["hand_in"], event["counted_in"], event["line_id"]) == (2, 1, "front")


@pytest.mark.parametrize(
    "marks", [b"no json", b'{"marks": [{"at_s": -1, "is_entry": true}]}', b'{"marks": 3}']
)
async def test_marks_that_make_no_sense_change_nothing(pages, recorder, clock, outbox, marks):
    client, _ = pages
    await client.post("/audit/enter", data={"code": CODE})
    recorder.start(CAMERA.lines[0], 2.0)
    play(recorder, clock, 3.0)
    (clip,) = recorder.shelf.clips()
    answer = await client.post(f"/audit/clips/{clip.clip_id}/count", data=marks)
    assert answer.status == 422
    assert recorder.shelf.clips() == [clip]
    assert audits(outbox) == []


async def test_another_pages_form_is_refused(pages, recorder):
    client, _ = pages
    await client.post("/audit/enter", data={"code": CODE})
    answer = await client.post(
        "/audit/start", data={"line": "door-1 front"}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status == 403
    assert recorder.until is None


async def test_the_pages_speak_chinese_and_say_that_nothing_leaves_the_device(pages):
    client, _ = pages
    await client.post("/audit/enter", data={"code": CODE})
    assert "sent nowhere" in await (await client.get("/audit")).text()
    assert "不会外传" in await (await client.get("/audit?lang=zh")).text()


def audits(outbox: Outbox) -> list[dict]:
    with outbox.reading() as connection:
        rows = connection.execute("SELECT body FROM outbox WHERE kind = 'footfall-audit'")
        return [json.loads(row[0]) for row in rows.fetchall()]
