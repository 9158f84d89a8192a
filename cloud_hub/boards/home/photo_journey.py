"""The road 数据之路: how the last photo came here, and the chain's books."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.home.view import PhotoJourney
from cloud_hub.reconciliation.equation_part import ledger_equation
from cloud_hub.reconciliation.sums import LinkTotals
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.thumbnail import thumbnail
from cloud_hub.web.reader import Reader


def journey_strip(journey: PhotoJourney | None, books: LinkTotals, reader: Reader) -> Markup:
    """Photo → facings → event → hub → here, beside produced = received + lost + waiting."""
    return el(
        "section",
        el("h2", reader.words("The road")),
        _steps(journey, reader)
        if journey
        else el("p", reader.words("no photo yet"), class_="quiet"),
        ledger_equation(books, reader),
        class_="road",
    )


def _steps(journey: PhotoJourney, reader: Reader) -> Markup:
    words = reader.words
    place = f"{words.of(journey.store_name)} · {words.of(journey.fixture_name)}"
    address = reader.link(Permission.SEE_SHELF, journey.fixture_id)
    steps = (
        el("a", thumbnail(journey.photo, reader), el("span", place), href=address),
        el("span", age(journey.photo.taken_at, reader, due_at=journey.photo.due_at)),
        el("span", words("{count} facings", count=words.number(journey.facings))),
        el("span", words("event {number}", number=words.number(journey.event_number))),
        el("span", words("hub +{seconds} s", seconds=words.number(journey.hub_delay_s, 1))),
        el("span", words("here"), class_="here"),
    )
    return el(
        "ol",
        [el("li", icon("arrow") if place_ else None, step) for place_, step in enumerate(steps)],
        class_="steps",
        data_fresh=True,
    )
