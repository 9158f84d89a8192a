"""Stores and devices that are not heard."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.fleet.offline_findings import DEVICE_OFFLINE, STORE_OFFLINE
from cloud_hub.insight.finding import Finding
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def found(chain: SmallChain) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, NOW, SEARCHES))


def test_an_offline_store_is_one_finding_since_its_newest_data(chain: SmallChain) -> None:
    chain.unlink("s02", local(13, day=TODAY - timedelta(days=2)))
    dark = found(chain)
    assert [(each.kind, each.store_id) for each in dark] == [(STORE_OFFLINE, "s02")]
    assert dark[0].since == local(13, day=TODAY - timedelta(days=2))
    assert "2 d 1 h" in dark[0].sentence.text("en")
    assert dark[0].owner is LoginRole.IT


def test_a_store_that_lost_its_link_a_minute_ago_is_not_offline(chain: SmallChain) -> None:
    chain.unlink("s02", NOW - timedelta(minutes=1))
    assert found(chain) == []


def test_one_silent_device_of_a_store_that_is_heard(chain: SmallChain) -> None:
    chain.device("s01-cart", kind="cart", linked=False)
    chain.event("s01-cart", 1, 1, at=local(10))
    chain.received("s01-cart", 1, 1, 1)
    assert [(each.kind, each.device_id) for each in found(chain)] == [(DEVICE_OFFLINE, "s01-cart")]


def test_a_device_that_was_never_installed_is_nobodys_problem(chain: SmallChain) -> None:
    chain.device("s01-spare", kind="till", linked=False, heard_at=None)
    assert found(chain) == []
