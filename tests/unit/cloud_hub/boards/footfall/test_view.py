"""The chain's footfall page: what every store counted, and what that rests on."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.boards.footfall.page import footfall_page
from cloud_hub.boards.footfall.view import FootfallView, footfall_view
from cloud_hub.core.errors import NotYours
from cloud_hub.register import SEARCHES
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole
from tests.small_chain import NOW, SmallChain, head_office, local, viewer


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def seen(chain: SmallChain) -> FootfallView:
    with chain.reading() as session:
        return footfall_view(session, head_office(), NOW, SEARCHES)


def page(view: FootfallView) -> str:
    reader = Reader(
        viewer=head_office(), words=Words("en", ZoneInfo("UTC")), now=NOW, here="/footfall"
    )
    return str(footfall_page(view, reader.in_zone(view.time_zone)))


def test_every_store_says_what_its_footfall_rests_on(chain: SmallChain) -> None:
    for minute in range(60):
        chain.minute(local(12, minute), 2, staff=1 if minute < 6 else 0)
    chain.zone(local(12, 10), *([300.0] * 9), 12.0, queue=9)
    first, second = seen(chain).stores
    assert first.footfall.value == 120
    assert first.footfall.coverage is not None
    assert first.footfall.coverage < 0.2
    assert (first.staff, first.staff_share) == (6, pytest.approx(6 / 126))
    assert (first.queue_max, first.wait_p90.value) == (9, pytest.approx(300))
    assert first.simulated
    hours = {row.hour: row for row in first.hours}
    assert (hours[12].footfall, hours[12].queue_max) == (120, 9)
    assert hours[11].wait_p90_s is None
    assert (second.footfall.value, second.staff, second.confidence) == (None, None, None)


def test_the_page_shows_no_data_as_words_and_links_every_store(chain: SmallChain) -> None:
    chain.minute(local(12), 2)
    said = page(seen(chain))
    assert 'href="/store/s01"' in said
    assert 'href="/store/s02"' in said
    assert "no data" in said
    assert "watched" in said


def test_problems_of_doors_and_queues_stand_there_and_no_others(chain: SmallChain) -> None:
    chain.alarm("too-warm", local(13, 40), value=11.0, limit=8.0)
    chain.alarm("picture-covered", local(13), device_id="s02-door", store_id="s02")
    for quarter in (0, 15):
        chain.zone(local(12, quarter), *([390.0] * 6), store_id="s02", queue=7)
    assert {row.kind for row in seen(chain).problems} == {"alarm", "slow-queue"}
    assert all(row.store_id == "s02" for row in seen(chain).problems)


@pytest.mark.parametrize("role", [LoginRole.BRAND, LoginRole.STORE, LoginRole.TECHNICIAN])
def test_the_chains_footfall_is_not_for_everybody(chain: SmallChain, role: LoginRole) -> None:
    who = viewer(role, "s01") if role is LoginRole.STORE else viewer(role)
    with chain.reading() as session, pytest.raises(NotYours):
        footfall_view(session, who, NOW, SEARCHES)
