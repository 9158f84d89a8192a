"""The story of a day, drawn from what was found."""

from dataclasses import replace

import pytest

from cloud_hub.boards.home.story import STEPS, lesson, story
from cloud_hub.boards.home.view import HomeView, home_view
from cloud_hub.boards.problems.row import Severity
from device_profiles.names import Names
from tests.small_chain import NOW as THEN
from tests.small_chain import SmallChain, head_office
from tests.stage.page_parts import a_problem, a_reader


@pytest.fixture
def view(two_stores: SmallChain) -> HomeView:
    with two_stores.reading() as session:
        return home_view(session, head_office(), THEN, ())


def told(view: HomeView, *kinds: str) -> str:
    problems = tuple(
        a_problem(kind=kind, key=f"{kind}/{place}", sentence=Names(en=f"<{kind}> {place}"))
        for place, kind in enumerate(kinds)
    )
    return str(story(replace(view, problems=problems), a_reader()))


def test_a_day_without_problems_still_tells_of_the_books(view: HomeView) -> None:
    page = told(view)
    assert page.count("<article") == 1
    assert "Every record any device ever made is in the hub" in page
    assert 'href="/fleet"' in page


def test_each_kind_is_told_once_by_its_dearest(view: HomeView) -> None:
    page = told(view, "alarm", "empty-slot", "empty-slot")
    assert page.count("<article") == 3
    assert "&lt;empty-slot&gt; 1" in page
    assert "empty-slot&gt; 2" not in page


def test_what_teaches_best_comes_first_and_only_the_first_is_shown(view: HomeView) -> None:
    page = told(view, "alarm", "events-lost", "empty-slot")
    places = [page.index(f"&lt;{kind}&gt;") for kind in ("empty-slot", "events-lost", "alarm")]
    assert places == sorted(places)
    assert page.count("is-shown") == 1
    assert page.index("is-shown") < places[0]


def test_many_kinds_end_after_a_few_steps(view: HomeView) -> None:
    page = told(view, *(f"kind-{number}" for number in range(9)))
    assert page.count("<article") == STEPS + 1


def test_what_is_only_told_is_part_of_the_story_too(view: HomeView) -> None:
    row = a_problem(severity=Severity.INFORMATION, sentence=Names(en="A promotion ended"))
    assert "A promotion ended" in str(story(replace(view, information=(row,)), a_reader()))


def test_a_problem_of_no_store_is_the_whole_chains(view: HomeView) -> None:
    row = a_problem(store_id=None, store_name=None, fixture_id=None, device_id=None)
    page = str(story(replace(view, problems=(row,)), a_reader()))
    assert "The whole chain" in page
    assert page.count("See it on its page") == 1, "only the books have a page then"


def test_every_kind_has_a_lesson() -> None:
    known = {
        kind: lesson(a_problem(kind=kind), a_reader())
        for kind in ("empty-slot", "misplaced", "purity", "store-offline", "events-lost")
    }
    other = lesson(a_problem(kind="alarm"), a_reader())
    assert other == "Every figure says how much of the day it saw, and how old it is."
    assert len({*known.values(), other}) == 6
