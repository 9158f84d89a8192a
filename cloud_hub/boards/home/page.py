"""Home: one sentence, five figures, what needs somebody now, the stores, the road."""

from typing import Final

from cloud_hub.boards.home.photo_journey import journey_strip
from cloud_hub.boards.home.store_table import stores_table
from cloud_hub.boards.home.view import HomeView
from cloud_hub.boards.problems.part import findings
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.reader import Reader

ROWS: Final = 6


def home_page(view: HomeView, reader: Reader) -> Markup:
    """The head office's first screen; fits 1280 x 800 without scrolling."""
    words = reader.words
    return el(
        "div",
        el("h1", words.of(view.headline), class_="headline"),
        figure_tiles(view.figures, reader),
        el(
            "div",
            panel(
                words("Needs you now"),
                findings(view.problems, reader, at_most=ROWS),
                kind="needs-you",
            ),
            panel(
                words("Stores"),
                data_table(stores_table(view.stores, reader), reader),
                note=words(
                    "{online} of {total} online",
                    online=view.stores_online,
                    total=view.stores_total,
                ),
            ),
            class_="split",
        ),
        journey_strip(view.journey, view.books, reader),
        class_="page page-home",
    )
