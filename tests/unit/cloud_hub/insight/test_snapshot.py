"""The chain at one moment: each fact is read once."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.access.viewer import scope_of
from cloud_hub.insight.snapshot import Snapshot, load_snapshot
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local, viewer


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def test_a_chain_that_the_hub_does_not_know_has_none(chain: SmallChain) -> None:
    with chain.reading() as session:
        assert load_snapshot(session, "nobody", NOW) is None


def test_it_knows_today_of_every_store_in_its_scope(chain: SmallChain) -> None:
    with chain.reading() as session:
        whole = load_snapshot(session, TENANT, NOW)
        mine = load_snapshot(session, TENANT, NOW, scope_of(viewer(LoginRole.STORE, "s02")))
    assert whole is not None
    assert mine is not None
    assert whole.today.store_ids == {"s01", "s02"}
    assert mine.today.store_ids == {"s02"}
    assert (whole.day_of("s02").day, whole.day_of("s02").close_at) == (TODAY, NOW)


def test_at_night_it_is_still_the_evening_before(chain: SmallChain) -> None:
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, local(2, day=TODAY + timedelta(days=1)))
    assert snapshot is not None
    assert snapshot.day_of("s01").day == TODAY


def test_what_two_ask_for_is_read_once_for_each_snapshot(chain: SmallChain) -> None:
    asked: list[Snapshot] = []

    def load(snapshot: Snapshot) -> list[int]:
        asked.append(snapshot)
        return [1]

    with chain.reading() as session:
        one, other = (load_snapshot(session, TENANT, NOW) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.read(load) is one.read(load)
    assert one.read(load) is not other.read(load)
    assert asked == [one, other]
