"""What a demonstration tells people and programs."""

import io
import json
import stat
from pathlib import Path

from rich.console import Console

from device_profiles.store import LoginRole
from simulators.core.logins import DemoLogin
from simulators.demo.announcement import (
    DEMO_FILE,
    Announcement,
    login_table,
    write_announcement,
)

ANNOUNCEMENT = Announcement(
    url="http://127.0.0.1:8080",
    mqtt="127.0.0.1:1883",
    token="secret",
    logins=(
        DemoLogin(role=LoginRole.IT, name="it", password="pw-one", scope_id=None),
        DemoLogin(role=LoginRole.STORE, name="jiangkou", password="pw-two", scope_id="s01"),
    ),
    time_zone="Etc/GMT-8",
    started_at="2026-11-22T06:32:00+00:00",
    clock_ahead_s=0.0,
    seed=7,
    stores=("s01", "s06"),
    apis={},
    pages={},
)


def test_it_is_not_ready_until_everything_runs(tmp_path: Path) -> None:
    said = ANNOUNCEMENT.as_json(tmp_path)
    assert (said["ready"], said["apis"]) == (False, {})
    ready = ANNOUNCEMENT.when_ready({"s01-till": "http://x"}, {"s01-door": "http://y"})
    assert ready.as_json(tmp_path) == said | {
        "ready": True,
        "apis": {"s01-till": "http://x"},
        "pages": {"s01-door": "http://y"},
    }
    assert not ANNOUNCEMENT.ready


def test_the_file_is_this_users_alone_and_whole(tmp_path: Path) -> None:
    path = write_announcement(tmp_path, ANNOUNCEMENT)
    assert path == tmp_path / DEMO_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = json.loads(path.read_text(encoding="utf-8"))
    assert said["logins"][1] == {
        "role": "store",
        "login": "jiangkou",
        "password": "pw-two",
        "scope": "s01",
    }
    assert said["truth"] == str(tmp_path / "truth.json")
    assert [each.name for each in tmp_path.iterdir()] == [DEMO_FILE]


def test_it_is_written_again_over_what_a_crash_left(tmp_path: Path) -> None:
    (tmp_path / "demo.part").write_text("half", encoding="utf-8")
    write_announcement(tmp_path, ANNOUNCEMENT)
    path = write_announcement(tmp_path, ANNOUNCEMENT.when_ready({}, {}))
    assert json.loads(path.read_text(encoding="utf-8"))["ready"] is True
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_people_read_address_logins_and_what_each_sees() -> None:
    out = io.StringIO()
    Console(file=out, width=120, color_system=None).print(login_table(ANNOUNCEMENT))
    said = out.getvalue()
    assert "Log in at http://127.0.0.1:8080" in said
    it, store = (
        next(li for li in said.splitlines() if name in li) for name in ("pw-one", "pw-two")
    )
    assert "all" in it
    assert "s01" in store
    assert "secret" not in said, "the token is for programs"
