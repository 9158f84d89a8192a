"""The 60-second story 一分钟看懂: a walk through what this chain's day really shows."""

from dataclasses import dataclass
from typing import Final

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.home.view import HomeView
from cloud_hub.boards.problems.part import finding_address
from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.fleet.offline_findings import STORE_OFFLINE
from cloud_hub.reconciliation.equation_part import ledger_equation
from cloud_hub.reconciliation.findings import EVENTS_LOST
from cloud_hub.shelf.findings.gaps import EMPTY_SLOT
from cloud_hub.shelf.findings.misplaced import MISPLACED
from cloud_hub.shelf.findings.purity import PURITY
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.money import cost_mark
from cloud_hub.web.parts.thumbnail import thumbnail
from cloud_hub.web.reader import Reader

STEPS: Final = 5
TOLD_FIRST: Final = (
    EMPTY_SLOT.name,
    MISPLACED.name,
    PURITY.name,
    STORE_OFFLINE.name,
    EVENTS_LOST.name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stop: what was found, and what that teaches of the system."""

    title: str
    sentence: str
    lesson: str
    picture: Markup | None
    address: str | None


def story(view: HomeView, reader: Reader) -> Markup:
    """The steps over the page, one at a time."""
    words = reader.words
    steps = [*_of_problems(view, reader), _of_books(view, reader)]
    return el(
        "section",
        el(
            "div",
            el(
                "header",
                el("h2", words("60-second story")),
                el("a", words("Close"), href="/", class_="button button-quiet"),
            ),
            [_step(step, place, reader) for place, step in enumerate(steps)],
            el(
                "footer",
                el(
                    "button",
                    words("Back"),
                    type="button",
                    class_="button button-quiet",
                    data_story="-1",
                ),
                el("span", class_="story-place", data_story_place=True),
                el("button", words("Next"), type="button", class_="button", data_story="1"),
            ),
            class_="story-card",
        ),
        class_="story",
        role="dialog",
        aria_modal="true",
        aria_label=words("60-second story"),
        data_stepper=True,
    )


def _step(step: Step, place: int, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "article",
        el("h3", step.title),
        step.picture,
        el("p", step.sentence, class_="story-sentence"),
        el("p", step.lesson, class_="quiet"),
        el("a", words("See it on its page"), icon("arrow"), href=step.address)
        if step.address
        else None,
        class_="story-step is-shown" if place == 0 else "story-step",
        data_key=f"step-{place}",
    )


def _of_problems(view: HomeView, reader: Reader) -> list[Step]:
    """One step a kind of finding, the dearest of each; kinds in the order that teaches best."""
    first: dict[str, ProblemRow] = {}
    for row in (*view.problems, *view.information):
        first.setdefault(row.kind, row)
    told = [first[kind] for kind in TOLD_FIRST if kind in first]
    told += [row for kind, row in first.items() if kind not in TOLD_FIRST]
    return [_of_problem(row, reader) for row in told[:STEPS]]


def _of_problem(row: ProblemRow, reader: Reader) -> Step:
    words = reader.words
    picture = el(
        "div",
        thumbnail(row.photo, reader, slot_id=row.slot_id)
        if row.photo
        else icon(row.severity.value),
        cost_mark(row.cost, reader),
        class_="story-picture",
    )
    return Step(
        title=words.of(row.store_name) if row.store_name else words("The whole chain"),
        sentence=words.of(row.sentence),
        lesson=lesson(row, reader),
        picture=picture,
        address=finding_address(row, reader),
    )


def lesson(row: ProblemRow, reader: Reader) -> str:
    """How the system came to know this, and what it does about it."""
    words = reader.words
    said = {
        EMPTY_SLOT.name: words(
            "The camera saw the gap, the ledger knows where the goods are, the till gives the"
            " price."
        ),
        MISPLACED.name: words(
            "A product in the wrong place is no gap: it is on sale, but not where the plan says."
        ),
        PURITY.name: words(
            "In a brand's own cooler every pack is named; what is not recognised is never guessed."
        ),
        STORE_OFFLINE.name: words(
            "The store sells on without the network. Its figures say that it is missing, and are"
            " revised when it is back."
        ),
        EVENTS_LOST.name: words(
            "A full disk must give up something. It was the least valuable, it was declared, and"
            " the sum still holds."
        ),
    }.get(row.kind)
    return said or words("Every figure says how much of the day it saw, and how old it is.")


def _of_books(view: HomeView, reader: Reader) -> Step:
    words = reader.words
    return Step(
        title=words("The road"),
        sentence=words(
            "Every record any device ever made is in the hub, declared lost with a reason,"
            " or still waiting on its device."
        ),
        lesson=words("Pull the plug of a store: the sum still holds, and the store sells on."),
        picture=ledger_equation(view.books, reader),
        address=reader.link(Permission.SEE_FLEET),
    )
