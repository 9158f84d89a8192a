"""Home, drawn."""

from dataclasses import replace

import pytest

from cloud_hub.boards.home.page import ROWS, home_page
from cloud_hub.boards.home.view import HomeView, home_view
from tests.small_chain import NOW as THEN
from tests.small_chain import SmallChain, head_office
from tests.stage.page_parts import a_problem, a_reader, some_books


@pytest.fixture
def view(two_stores: SmallChain) -> HomeView:
    with two_stores.reading() as session:
        return home_view(session, head_office(), THEN, ())


def test_home_begins_with_its_sentence_and_has_a_tile_a_figure(view: HomeView) -> None:
    page = str(home_page(view, a_reader()))
    assert f'<h1 class="headline">{view.headline.text("en")}</h1>' in page
    assert page.count("data-metric=") == len(view.figures) == 5


def test_every_store_is_listed_and_how_many_are_online(view: HomeView) -> None:
    page = str(home_page(replace(view, stores_online=1), a_reader()))
    assert 'href="/store/s01"' in page
    assert 'href="/store/s02"' in page
    assert "1 of 2 online" in page


def test_of_many_problems_the_first_are_shown_and_the_rest_counted(view: HomeView) -> None:
    problems = tuple(a_problem(key=f"empty-slot/{number}") for number in range(ROWS + 2))
    page = str(home_page(replace(view, problems=problems), a_reader()))
    assert page.count("data-finding=") == ROWS
    assert "2 more on the stores" in page
    calm = str(home_page(view, a_reader()))
    assert "Nothing needs you now." in calm


def test_the_books_stand_below_whether_they_add_up_or_not(view: HomeView) -> None:
    good = str(home_page(replace(view, books=some_books()), a_reader()))
    bad = str(home_page(replace(view, books=some_books(balanced=False)), a_reader()))
    assert 'data-balanced="yes"' in good
    assert 'data-balanced="no"' in bad
