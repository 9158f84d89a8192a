"""A shelf or cooler in small: last photo, how much of the plan stands, degrees."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.store.view import FixtureCard
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import photo_age
from cloud_hub.web.parts.thumbnail import thumbnail
from cloud_hub.web.reader import Reader


def fixture_cards(fixtures: tuple[FixtureCard, ...], reader: Reader) -> Markup:
    """The fixtures as a list of links to their shelf pages."""
    words = reader.words
    if not fixtures:
        return el("p", words("no shelf is photographed here"), class_="quiet")
    return el("div", [_card(fixture, reader) for fixture in fixtures], class_="fixtures")


def _card(fixture: FixtureCard, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "a",
        thumbnail(fixture.photo, reader),
        el(
            "span",
            el("b", words.of(fixture.name)),
            el("span", _standing(fixture, reader), class_="facts"),
            photo_age(fixture.photo, reader) if fixture.photo else None,
            class_="fixture-body",
        ),
        href=reader.link(Permission.SEE_SHELF, fixture.fixture_id),
        class_="fixture",
        data_key=fixture.fixture_id,
        data_fresh=True,
    )


def _standing(fixture: FixtureCard, reader: Reader) -> list[Markup]:
    words = reader.words
    parts = []
    if fixture.slots_filled is None:
        is_old = fixture.photo is not None and fixture.photo.is_stale
        parts.append(words("last photo too old") if is_old else words("no clear photo today"))
    else:
        parts.append(
            words(
                "facings {seen}/{planned}", seen=fixture.slots_filled, planned=fixture.slots_planned
            )
        )
        parts.append(
            words(
                "positions {right}/{planned}",
                right=fixture.slots_right,
                planned=fixture.slots_planned,
            )
        )
    if fixture.temperature_c is not None:
        parts.append(f"{words.number(fixture.temperature_c, 1)} °C")
    return [el("span", part) for part in parts]
