"""The cooler in a lobby: its packs stay from photo to photo, and its truth adds up."""

import asyncio
import contextlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_profiles.device import load_device
from simulators.chain.chain import build_chain, outlets
from simulators.chain.lobby import lobby_goods
from simulators.chain.script import Unattended
from simulators.core.clock import DemoTime, demo_time
from simulators.core.waiting import until
from simulators.day.coolers import OPENING_S
from simulators.playback import lobby_day
from simulators.playback.lobby_day import AGAIN_AFTER_S, CARD_AFTER, CARD_PLACE, LobbyCooler
from simulators.playback.profiles import COOLER_FILE, Fitting, profile_of, write_profile
from simulators.render.shelves.openings import DeedKind
from sync.core.clock import ManualClock
from sync.events import CoolerRead
from vision_models.shelf.openings.opening import can_tell_openings

NOW = datetime(2026, 11, 22, 6, 25, tzinfo=UTC)


@pytest.fixture
def time() -> DemoTime:
    return demo_time(NOW)


@pytest.fixture
def lobby(time: DemoTime) -> LobbyCooler:
    lobby = LobbyCooler(Unattended(store_id="s01", since=time.at(time.today, 7)), time, seed=1)
    lobby.play_past()
    return lobby


def grey(path: Path) -> NDArray[np.float64]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.float64)


def test_what_is_left_is_what_stood_there_less_what_went_and_more_what_came(
    lobby: LobbyCooler,
) -> None:
    standing = Counter(pack.design.gtin for pack in lobby.opened[0].packs)
    for before, opened in pairwise(lobby.opened):
        standing.subtract(opened.opening.count(DeedKind.TAKEN))
        standing.update(opened.opening.count(DeedKind.PUT_BACK))
        standing.update(opened.opening.count(DeedKind.REFILLED))
        assert +standing == Counter(pack.design.gtin for pack in opened.packs)
        assert before.photo_at < opened.opening.opened_at < opened.photo_at < NOW


def test_nothing_is_sold_out_and_somebody_fills_it_again(lobby: LobbyCooler) -> None:
    goods = {good.gtin for good in lobby_goods().values()}
    for opened in lobby.opened:
        assert {pack.design.gtin for pack in opened.packs} == goods
    refills = [opened for opened in lobby.opened if opened.opening.is_service]
    assert 1 <= len(refills) < len(lobby.opened) / 3


def test_its_past_lies_in_the_cameras_folder_each_photo_like_the_one_before(
    lobby: LobbyCooler, tmp_path: Path
) -> None:
    lobby.leave_past(tmp_path)
    paths = sorted((tmp_path / "photos").iterdir())
    times = [lobby.opened[0].opening.opened_at - timedelta(minutes=7)]
    times += [at for opened in lobby.opened for at in opened.photo_times()]
    assert [path.name for path in paths] == [f"{at:%Y%m%dT%H%M%SZ}.jpg" for at in times]
    photos = [grey(path) for path in paths]
    alike = [np.corrcoef(before.ravel(), after.ravel())[0, 1] for before, after in pairwise(photos)]
    # One or two packs of fifty went; a hand or fog may be before any photo.
    assert np.median(alike) > 0.97
    assert json.loads((tmp_path / COOLER_FILE).read_text())["door_open_s"] == 0.0


def test_its_controller_counts_the_openings_that_its_photos_show(lobby: LobbyCooler) -> None:
    bodies = [entry.body for entry in lobby.readings(seed=1)]
    reads = [body for body in bodies if isinstance(body, CoolerRead)]
    assert {body.fixture_id for body in reads} == {"s01-b"}
    ends_at = reads[-1].started_at + timedelta(seconds=900 * len(reads[-1].door_open_s))
    counted = sum(opened.opening.opened_at < ends_at for opened in lobby.opened)
    open_s = sum(value or 0.0 for body in reads for value in body.door_open_s)
    assert open_s == pytest.approx(OPENING_S * counted)


def test_its_profile_says_all_that_an_estimate_needs(
    lobby: LobbyCooler, time: DemoTime, tmp_path: Path
) -> None:
    chain = build_chain(outlets(1), time, b"key")
    (store,) = chain.stores
    device = next(one for one in store.devices if one.device_id == lobby.device_id)
    fitting = Fitting(
        shelves={"s01-b": lobby.scene()},
        door=None,
        gallery=tmp_path,
        api_ports={},
        page_ports={},
    )
    profile = load_device(write_profile(profile_of(chain, store, device, fitting), tmp_path))
    (fixture,), (camera,), (plan,) = profile.fixtures, profile.cameras, profile.planograms
    assert (fixture.fixture_id, fixture.unattended, plan.fixture_id) == ("s01-b", True, "s01-b")
    assert can_tell_openings(fixture, camera.shelves[0])


def test_the_same_seed_plays_the_same_day(lobby: LobbyCooler, time: DemoTime) -> None:
    again = LobbyCooler(Unattended(store_id="s01", since=time.at(time.today, 7)), time, seed=1)
    again.play_past()
    assert again.truth() == lobby.truth()
    other = LobbyCooler(Unattended(store_id="s01", since=time.at(time.today, 7)), time, seed=2)
    other.play_past()
    assert other.truth() != lobby.truth()
    assert lobby.opened[0].opening.opened_at == time.at(time.today, 7) + timedelta(minutes=7)


def test_it_knows_what_stood_at_the_front_on_each_photo(lobby: LobbyCooler, time: DemoTime) -> None:
    goods = lobby_goods()
    opens_at = time.at(time.today, 7)
    for (row, column), good in goods.items():
        assert lobby.stood_in(f"B-{row}-{column}", opens_at) == good.gtin
    last = lobby.opened[-1]
    fronts = {lobby.stood_in(f"B-{row}-{column}", last.photo_at) for row, column in goods}
    assert None not in fronts
    assert lobby.stood_in("B-1-1", last.photo_at + timedelta(minutes=1)) is None


def test_nobody_takes_what_a_card_hides_once_it_hangs(lobby: LobbyCooler, time: DemoTime) -> None:
    truth = lobby.truth()
    hidden = lobby_goods()[CARD_PLACE].gtin
    assert (truth["fixture"], truth["behind_a_card"]) == ("s01-b", hidden)
    hung_at = datetime.fromisoformat(str(truth["card_since"]))
    assert hung_at >= time.at(time.today, 7) + CARD_AFTER
    after = [one for one in lobby.opened if one.opening.opened_at > hung_at]
    assert len(after) > 3
    for opened in after:
        assert hidden not in opened.opening.count(DeedKind.TAKEN)
        assert hidden not in opened.opening.count(DeedKind.REFILLED)
    (hung,) = [one for one in lobby.opened if one.opening.opened_at == hung_at]
    assert hung.as_json()["is_refill"] is True, "whoever fills the cooler hangs it"


def test_a_cooler_that_has_just_come_has_no_openings_and_one_photo(
    time: DemoTime, tmp_path: Path
) -> None:
    fresh = LobbyCooler(Unattended(store_id="s01", since=time.started_at), time, seed=1)
    fresh.play_past()
    assert (fresh.opened, fresh.readings(seed=1), fresh.is_nearly_empty) == ([], [], False)
    assert fresh.truth()["card_since"] is None
    fresh.leave_past(tmp_path)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == [f"{NOW:%Y%m%dT%H%M%SZ}.jpg"]


def test_a_bad_photo_is_taken_again_a_moment_later_and_the_last_one_is_the_best(
    lobby: LobbyCooler,
) -> None:
    again = [opened for opened in lobby.opened if len(opened.tries) > 1]
    assert 0 < len(again) < len(lobby.opened)
    for opened in again:
        first, last = opened.tries
        assert last.hand == 0.0
        assert last.fog <= first.fog
        at = opened.photo_times()
        assert [at[1] - at[0], at[1]] == [timedelta(seconds=AGAIN_AFTER_S), opened.photo_at]


class HurriedClock(ManualClock):
    """Time passes with every look at it: an hour of waiting is over in a moment."""

    def monotonic_s(self) -> float:
        self.advance(25.0)
        return super().monotonic_s()


@pytest.fixture
def file_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller's file is written again without a wait."""
    monkeypatch.setattr(lobby_day, "FILE_EVERY_S", 0.0)


async def play_live(lobby: LobbyCooler, folder: Path, clock: ManualClock, photos: int) -> None:
    """Plays on until so many photos lie in the folder."""

    async def are_there() -> bool:
        # One that is being written is not there yet.
        return len(list((folder / "photos").glob("*.jpg"))) >= photos

    playing = asyncio.create_task(lobby.live(folder, clock))
    waiting = asyncio.create_task(
        until(are_there, within_s=20, every_s=0.01, or_else="nobody opened it")
    )
    await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing
    await waiting


@pytest.mark.usefixtures("file_at_once")
async def test_a_photo_comes_after_each_opening_of_the_live_day(
    time: DemoTime, tmp_path: Path
) -> None:
    lobby = LobbyCooler(Unattended(store_id="s01", since=time.started_at), time, seed=1)
    await play_live(lobby, tmp_path, HurriedClock(NOW), 1)
    assert lobby.opened
    names = {path.name for path in (tmp_path / "photos").glob("*.jpg")}
    times = [at for opened in lobby.opened for at in opened.photo_times()]
    assert names <= {f"{at:%Y%m%dT%H%M%SZ}.jpg" for at in times}
    first = lobby.opened[0]
    assert NOW < first.opening.opened_at < first.photo_times()[0]
    assert "door_open_s" in json.loads((tmp_path / COOLER_FILE).read_text())
    goods = {good.gtin for good in lobby_goods().values()}
    assert lobby.stood_in("B-1-1", first.photo_at) in goods


@pytest.mark.usefixtures("file_at_once")
async def test_nobody_opens_it_before_the_store_opens(time: DemoTime, tmp_path: Path) -> None:
    lobby = LobbyCooler(Unattended(store_id="s01", since=time.started_at), time, seed=1)
    await play_live(lobby, tmp_path, HurriedClock(time.at(time.today, 6, 20)), 1)
    opened_at = lobby.opened[0].opening.opened_at
    assert time.at(time.today, 7) <= opened_at < time.at(time.today, 7, 30)
