"""One figure: value, difference, hours, how much of it was watched, how old it is."""

from cloud_hub.insight.figure import Direction, Figure, Number
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.sparkline import sparkline
from cloud_hub.web.reader import Reader


def figure_tiles(figures: tuple[Figure, ...], reader: Reader) -> Markup:
    """The figures side by side. Where all of them may still change the page says so once."""
    mixed = len({figure.provisional for figure in figures}) > 1
    return el(
        "section",
        [figure_tile(figure, reader, tag_provisional=mixed) for figure in figures],
        class_="tiles",
        aria_label=reader.words("Figures"),
    )


def figure_tile(figure: Figure, reader: Reader, *, tag_provisional: bool) -> Markup:
    """A tile that never shows a number without its coverage and its age."""
    words = reader.words
    missing = figure.value is None
    return el(
        "article",
        el("h3", words.of(figure.name), _provisional(figure, reader) if tag_provisional else None),
        el(
            "div",
            el("strong", words.value(figure), class_="tile-value"),
            _change(figure, reader),
            class_="tile-main",
        ),
        sparkline(figure, reader),
        el(
            "p",
            coverage(figure, reader),
            el("span", age(figure.as_of, reader)),
            class_="tile-foot",
        ),
        _notes(figure, reader),
        class_="tile tile-missing" if missing else "tile",
        data_key=figure.metric,
        data_metric=figure.metric,
    )


def coverage(figure: Figure, reader: Reader) -> Markup | None:
    """ "watched 96 %"; marked where much was not watched."""
    if figure.coverage is None:
        return None
    return el(
        "span",
        reader.words("watched {share}", share=reader.words.percent(figure.coverage)),
        class_="thin" if figure.coverage < 0.9 else None,
    )


def _provisional(figure: Figure, reader: Reader) -> Markup | None:
    if not figure.provisional:
        return None
    said = reader.words("Late events may still change this figure")
    return el("span", reader.words("provisional"), class_="tag", title=said)


def _change(figure: Figure, reader: Reader) -> Markup | None:
    change = reader.words.change(figure)
    if change is None or figure.change is None:
        return None
    direction = direction_of(figure)
    said = reader.words("against the same weekday last week, until the same time")
    return el("span", change, class_=f"change change-{direction}", title=said)


def _range(figure: Figure, reader: Reader) -> list[str]:
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return []
    low, high = (_quantity(edge, figure, reader) for edge in (figure.low, figure.high))
    return [reader.words("between {low} and {high}", low=low, high=high)]


def direction_of(figure: Figure) -> str:
    """Which colour a difference has: "up" for the better, "down" for the worse, else "same"."""
    change = figure.change or 0
    if figure.better is Direction.NEITHER or not change:
        return "same"
    return "up" if (change > 0) is (figure.better is Direction.UP) else "down"


def _quantity(value: Number, figure: Figure, reader: Reader) -> str:
    return reader.words.quantity(value, figure.unit, figure.currency)


def _notes(figure: Figure, reader: Reader) -> Markup | None:
    words = reader.words
    notes = [*_range(figure, reader), *([words.of(figure.note)] if figure.note else [])]
    if figure.without:
        stores = words(", ").join(words.of(name) for name in figure.without)
        notes.append(words("without {stores}", stores=stores))
    if not notes:
        return None
    said = " · ".join(notes)
    return el("p", said, class_="tile-note", title=said)
