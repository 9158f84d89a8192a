"""A shelf in small, drawn."""

from dataclasses import replace

from cloud_hub.boards.store.fixture_card import fixture_cards
from cloud_hub.boards.store.view import FixtureCard
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.stage.page_parts import a_photo, a_reader

CARD = FixtureCard(
    fixture_id="s01-a",
    name=Names(en="<Cooler A>", zh="冷柜 A"),
    photo=None,
    slots_planned=6,
    slots_filled=5,
    slots_right=4,
    gaps=1,
    temperature_c=4.25,
)


def drawn(*cards: FixtureCard, role: LoginRole = LoginRole.HEAD_OFFICE) -> str:
    return str(fixture_cards(cards, a_reader(role)))


def test_a_store_without_photographed_shelves_says_so() -> None:
    assert "no shelf is photographed here" in drawn()


def test_a_card_leads_to_its_shelf_and_tells_how_much_of_the_plan_stands() -> None:
    card = drawn(CARD)
    assert 'href="/shelf/s01-a"' in card
    for said in ("&lt;Cooler A&gt;", "facings 5/6", "positions 4/6", "4.2 °C"):
        assert said in card
    assert "photo-age" not in card


def test_a_shelf_without_a_clear_photo_claims_nothing() -> None:
    card = drawn(replace(CARD, slots_filled=None, slots_right=None, temperature_c=None))
    assert "no clear photo today" in card
    assert "/6" not in card
    assert "°C" not in card


def test_a_photo_that_speaks_for_its_shelf_no_more_is_told_as_old_whatever_its_quality() -> None:
    nothing = replace(CARD, slots_filled=None, slots_right=None)
    assert "last photo too old" in drawn(replace(nothing, photo=a_photo(is_stale=True)))
    assert "no clear photo today" in drawn(replace(nothing, photo=a_photo(is_stale=False)))


def test_an_empty_shelf_is_told_as_such() -> None:
    assert "facings 0/6" in drawn(replace(CARD, slots_filled=0, slots_right=0))


def test_a_photo_tells_its_age() -> None:
    card = drawn(replace(CARD, photo=a_photo()))
    assert 'href="/api/v1/media/a"' in card
    assert "next due 14:40" in card


def test_a_reader_without_shelf_pages_gets_no_link() -> None:
    assert "/shelf/" not in drawn(CARD, role=LoginRole.TECHNICIAN)
