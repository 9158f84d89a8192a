"""What a demonstration checks before it starts anything."""

import json
import socket
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_profiles.store import LoginRole
from simulators.cli import app
from simulators.core.errors import AddressInUse, FolderUnusable
from simulators.core.logins import draw_logins
from simulators.day.truth import TRUTH_FILE
from simulators.demo.announcement import Announcement, login_table, write_announcement
from simulators.playback.stage import (
    BadOption,
    DemoOptions,
    check_address_is_free,
    clock_at,
    free_ports,
    play_pasts,
    prepare_folder,
    set_stage,
)
from sync.core.clock import SystemClock
from sync.events import FootfallCounted, Receipt

NOW = datetime(2026, 11, 22, 9, 32, tzinfo=UTC)


def options(folder, **given):
    usual = {"stores": 2, "host": "127.0.0.1", "port": 0, "data": folder, "lasts_s": None}
    return DemoOptions(**(usual | {"seed": 3} | given))


def test_an_address_in_use_is_named_with_the_mend():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUse, match=rf"127.0.0.1:{port}.*--http"):
            check_address_is_free("127.0.0.1", port)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("keep me")
    with pytest.raises(FolderUnusable, match=r"not empty.*--data"):
        prepare_folder(tmp_path)
    assert (tmp_path / "mine").read_text() == "keep me"


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnusable, match="--data DIR"):
        prepare_folder(tmp_path / "file" / "below")


def test_without_data_a_new_folder_is_made_for_this_user_alone():
    folder = prepare_folder(None)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_wrong_number_of_stores_leaves_no_folder_behind(tmp_path):
    with pytest.raises(BadOption, match="1 to 8"):
        set_stage(options(tmp_path / "new", stores=11), clock_at(NOW))
    assert not (tmp_path / "new").exists()


def test_another_day_is_played_by_a_clock_that_goes_on_from_it():
    leap_day = datetime(2028, 2, 29, 23, 59, tzinfo=UTC)
    clock = clock_at(leap_day)
    assert leap_day <= clock.now() < leap_day + timedelta(minutes=1)
    assert clock_at(None).ahead == SystemClock().ahead


@pytest.mark.parametrize("year", [1970, 2026, 2090])
def test_a_day_that_devices_would_not_believe_is_refused_with_the_days_that_they_do(year):
    with pytest.raises(BadOption, match=r"--at.*2026-11-01 to 2046"):
        clock_at(datetime(year, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("said", ["tomorrow", "2028-02-29T23:59", "2028-02-30T00:00Z"])
def test_what_is_no_moment_is_told_with_one_that_is(said):
    answer = CliRunner().invoke(app, ["--at", said])
    assert answer.exit_code == 2
    assert "2028-02-29T23:59Z" in answer.output


def test_ports_are_different():
    assert len(set(free_ports(5))) == 5
    first = free_ports(200)
    assert not {*first} & {*free_ports(200, but=first)}


def test_passwords_differ_from_run_to_run_and_there_is_one_login_a_role():
    first, second = draw_logins(), draw_logins()
    assert {login.role for login in first} == set(LoginRole)
    assert not {login.password for login in first} & {login.password for login in second}


def test_the_announcement_is_for_this_user_alone_and_complete(tmp_path):
    announcement = Announcement(
        url="http://127.0.0.1:8700",
        mqtt="127.0.0.1:1",
        token="secret",
        logins=draw_logins(),
        time_zone="Etc/GMT-8",
        started_at=NOW.isoformat(),
        clock_ahead_s=0.0,
        seed=1,
        stores=("s01",),
        apis={},
        pages={},
    )
    path = write_announcement(tmp_path, announcement)
    write_announcement(tmp_path, announcement.when_ready({"s01-till": "http://x"}, {}))
    document = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (document["ready"], document["apis"]) == (True, {"s01-till": "http://x"})
    assert [login["role"] for login in document["logins"]] == [role.value for role in LoginRole]
    assert Path(document["truth"]) == tmp_path / TRUTH_FILE
    assert login_table(announcement).row_count == 5


def test_the_truth_adds_up_to_what_the_devices_recorded(tmp_path):
    stage = set_stage(options(tmp_path / "demo"), clock_at(NOW))
    pasts = play_pasts(stage)
    assert pasts.events < 40_000
    truth = json.loads(stage.truth.write(stage.places.root).read_text())
    for store_id, journal in pasts.journals.items():
        receipts = [
            entry.body
            for entry in journal.entries[f"{store_id}-till"]
            if isinstance(entry.body, Receipt)
        ]
        net = sum(line.amount for receipt in receipts for line in receipt.lines)
        days = truth["stores"][store_id].values()
        assert sum(day["sales"] + day["returns"] for day in days) == len(receipts)
        assert str(sum(type(net)(day["net_sales"]) for day in days)) == str(net)
        entries = sum(
            sum(entry.body.in_)
            for entry in journal.entries[f"{store_id}-door"]
            if isinstance(entry.body, FootfallCounted)
        )
        assert sum(day["entries"] for day in days) == entries
    assert [problem["row"] for problem in truth["problems"]] == [1, 6, 9, 11, 14, 16]
