"""The pages of a login that has several stores, but not all of them."""

from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.devices.device_view import device_view
from cloud_hub.boards.devices.fleet_view import fleet_view
from cloud_hub.boards.footfall.view import footfall_view
from cloud_hub.boards.home.page import home_page
from cloud_hub.boards.home.story import story
from cloud_hub.boards.home.view import home_view
from cloud_hub.boards.problems.rows import problems_for
from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.boards.store.view import store_view
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.insight.search import search
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.register import SCREENS, SEARCHES
from cloud_hub.review.view import review_view
from cloud_hub.tasks.keeping import plan_tasks, write_tasks
from cloud_hub.tasks.view import tasks_view
from cloud_hub.web.frame import frame_view
from cloud_hub.web.parts.bar import bar
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import menu_of
from cloud_hub.web.visit import Visit, Wished
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole
from tests.small_chain import COLA, NOW, PLAN, TENANT, WATER, SmallChain, local, viewer

WISHED = Wished(chosen="", accepted=())
TWO, NONE = viewer(LoginRole.STORE, "s01", "s02"), viewer(LoginRole.STORE)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """Three stores in which the same went wrong."""
    chain = SmallChain.open(tmp_path, stores=3)
    for store_id in ("s01", "s02", "s03"):
        chain.receipt(local(9), (WATER, "1", "2.00"), store_id=store_id)
        chain.minute(local(9), 30, store_id=store_id)
        chain.alarm("too-warm", local(13), device_id=f"{store_id}-cooler", store_id=store_id)
        chain.zone(local(12), *([390.0] * 6), store_id=store_id, queue=7)
        chain.stock(COLA, "24", "back-room", at=local(8), store_id=store_id)
        for hour in (13, 14):
            seen = {slot: gtin for slot, gtin in PLAN.items() if slot != "A-2-1"}
            chain.photo(local(hour), seen=seen, store_id=store_id)
    chain.flush()
    with chain.database.writing() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        write_tasks(session, plan_tasks(snapshot, search(snapshot, SEARCHES), frozenset()), NOW)
    return chain


def test_no_page_tells_of_a_store_that_is_not_theirs(chain: SmallChain) -> None:
    with chain.reading() as session:
        views = (
            home_view(session, TWO, NOW, SEARCHES),
            footfall_view(session, TWO, NOW, SEARCHES),
            fleet_view(session, TWO, NOW),
            tasks_view(session, TWO, NOW),
            review_view(session, TWO, NOW),
            store_view(session, TWO, NOW, "s02", SEARCHES),
            shelf_view(session, TWO, NOW, "s02-a", SEARCHES),
            device_view(session, TWO, NOW, "s02-till"),
        )
        rows = problems_for(session, TWO, NOW, SEARCHES)
        for view in (*views, *rows):
            said = repr(asdict(view))
            assert "s03" not in said
            assert "Store 03" not in said
        for open_other in (
            lambda: store_view(session, TWO, NOW, "s03", SEARCHES),
            lambda: shelf_view(session, TWO, NOW, "s03-a", SEARCHES),
            lambda: device_view(session, TWO, NOW, "s03-till"),
        ):
            with pytest.raises(NotFound):
                open_other()
    home, footfall, fleet, tasks, *_ = views
    assert [store.store_id for store in home.stores] == ["s01", "s02"]
    assert (home.stores_total, len(footfall.stores)) == (2, 2)
    assert {device.store_id for device in fleet.devices} == {"s01", "s02"}
    assert {task.store_id for task in tasks.open} == {"s01", "s02"}
    assert {row.store_id for row in rows} == {"s01", "s02"}
    net_sales = next(each for each in home.figures if each.metric == "net-sales")
    assert float(net_sales.value or 0) == 4.0


def test_a_region_without_a_store_yet_has_empty_pages(chain: SmallChain) -> None:
    with chain.reading() as session:
        home = home_view(session, NONE, NOW, SEARCHES)
        assert (home.stores, home.problems, home.stores_total) == ((), (), 0)
        assert home_page(home, reader(NONE))
        assert footfall_view(session, NONE, NOW, SEARCHES).stores == ()
        assert fleet_view(session, NONE, NOW).devices == ()
        assert tasks_view(session, NONE, NOW).open == ()
        assert review_view(session, NONE, NOW).waiting == 0
        assert problems_for(session, NONE, NOW, SEARCHES) == ()


def reader(who: Viewer) -> Reader:
    return Reader(viewer=who, words=Words("en", ZoneInfo("Etc/GMT-8")), now=NOW, here="/")


def links(chain: SmallChain, who: Viewer) -> str:
    with chain.reading() as session:
        frame = frame_view(session, who)
        assert frame is not None
    there = Visit(cookie="", seen_as="", wished=WISHED, signed_in=who, viewer=who)
    there_for_them = reader(who)
    return str(bar(there, frame, there_for_them, menu_of(SCREENS, who, there_for_them.words)))


def test_the_bar_leads_to_all_their_stores_or_to_the_one(chain: SmallChain) -> None:
    several, one = links(chain, TWO), links(chain, viewer(LoginRole.STORE, "s01"))
    assert 'href="/"' in several
    assert 'href="/footfall"' in several
    assert "My store" not in several
    assert 'href="/store/s01"' in one
    assert 'href="/footfall"' not in one
    for said in (several, one):
        assert "Store 03" not in said, "nobody else's eyes are offered"


def test_home_leads_to_the_page_of_each_of_their_stores(chain: SmallChain) -> None:
    with chain.reading() as session:
        view = home_view(session, TWO, NOW, SEARCHES)
    said = str(home_page(view, reader(TWO))) + str(story(view, reader(TWO)))
    assert 'href="/store/s01"' in said
    assert 'href="/store/s02"' in said
    assert "s03" not in said


def test_one_store_has_no_overview(chain: SmallChain) -> None:
    with chain.reading() as session, pytest.raises(NotYours):
        home_view(session, viewer(LoginRole.STORE, "s01"), NOW, SEARCHES)
