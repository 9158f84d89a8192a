"""A shelf's page, drawn."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cloud_hub.boards.problems.row import Cost
from cloud_hub.boards.shelf.page import shelf_page
from cloud_hub.boards.shelf.view import ShelfView, shelf_view
from cloud_hub.core.text import Text
from cloud_hub.web.photo import Box, BoxKind
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW as THEN
from tests.small_chain import SmallChain, head_office, local
from tests.stage.page_parts import a_photo, a_problem, a_reader


@pytest.fixture
def view(two_stores: SmallChain) -> ShelfView:
    """A shelf that was never photographed."""
    with two_stores.reading() as session:
        return shelf_view(session, head_office(), THEN, "s01-a", ())


def drawn(view: ShelfView, role: LoginRole = LoginRole.HEAD_OFFICE, **changes: object) -> str:
    return str(shelf_page(replace(view, **changes), a_reader(role)))


def fact(page: str, name: str) -> str:
    return page.partition(f'data-fact="{name}"')[2].partition("</dd>")[0]


def test_a_shelf_without_a_photo_claims_nothing(view: ShelfView) -> None:
    page = drawn(view)
    assert "No photo of this shelf has arrived yet." in page
    for name in ("facings", "positions", "gaps", "unknown"):
        assert "no data" in fact(page, name)
    assert "no photo" in fact(page, "quality")
    for part in ("slot-panel", "panel-baskets", "panel-estimated", "Needs you now"):
        assert part not in page
    assert fact(page, "hidden") == ""


def test_the_head_names_shelf_store_owner_and_plan(view: ShelfView) -> None:
    page = drawn(view, name=Names(en="<Cooler>"), owner_brand=Names(en="<Spring>"))
    assert '<a href="/store/s01">Store 01</a> · &lt;Cooler&gt;' in page
    assert "&lt;Spring&gt;" in page
    assert "plan s01-plan, version 1" in page
    nobody = drawn(view, owner_brand=None, planogram_id=None, planogram_version=None)
    assert "no plan" in nobody
    assert "cooler</p>" not in nobody


def test_counts_tell_right_of_visible_and_what_gaps_cost(view: ShelfView) -> None:
    cost = Cost(amount=Decimal(31), currency="CNY", a_day=False, formula=Text("worked out"))
    page = drawn(
        view,
        facings=(1005, 1006),
        positions=(4, 6),
        gaps=1,
        unknown=0,
        hidden=2,
        lost_so_far=cost,
        model="net-7",
    )
    assert "<b>1,005/1,006</b>" in fact(page, "facings")
    assert "<b>4/6</b>" in fact(page, "positions")
    assert "<b>1</b>" in fact(page, "gaps")
    assert "¥ 31" in fact(page, "gaps")
    assert "<b>0</b>" in fact(page, "unknown")
    assert "<b>2</b>" in fact(page, "hidden")
    assert "<code>net-7</code>" in fact(page, "model")


def test_a_photo_has_its_three_layers_and_its_gaps_where_something_was_seen(
    view: ShelfView,
) -> None:
    gap = Box(x1=1, y1=1, x2=9, y2=9, kind=BoxKind.GAP, label=None, score=None, slot_id="A-1-1")
    page = drawn(view, photo=a_photo(), difference=(gap,))
    for layer in ("seen", "planned", "difference"):
        assert f'id="layer-{layer}"' in page
    assert page.count("box-gap") >= 2, "among what is seen and what differs"


def test_the_last_clear_picture_is_told_only_where_a_later_one_is_not(view: ShelfView) -> None:
    taken = a_photo().taken_at
    page = drawn(view, photo=a_photo(), last_clear_at=taken - timedelta(minutes=26))
    assert "14:00" in fact(page, "last-clear")
    assert fact(drawn(view, photo=a_photo(), last_clear_at=taken), "last-clear") == ""


def test_questions_lead_to_those_who_may_answer_them(view: ShelfView) -> None:
    page = drawn(view, doubts=3)
    assert 'href="/review?fixture=s01-a"' in fact(page, "doubts")
    assert fact(drawn(view, LoginRole.TECHNICIAN, doubts=3), "doubts") == ""


def test_problems_and_slots_stand_beside_the_photo(two_stores: SmallChain) -> None:
    for hour in (13, 14):
        two_stores.photo(local(hour))
    with two_stores.reading() as session:
        seen = shelf_view(session, head_office(), THEN, "s01-a", ())
    page = str(shelf_page(replace(seen, problems=(a_problem(),)), a_reader(), chosen="A-2-2"))
    assert page.count('id="slot-A-') == 6
    assert "Needs you now" in page
    assert page.count("film-photo") == 2
