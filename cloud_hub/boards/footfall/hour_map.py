"""A store's day hour by hour: people, conversion, queue and wait in one grid of shaded cells."""

from collections.abc import Callable, Sequence
from typing import Final

from cloud_hub.boards.footfall.floor import HourRow
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader

LEVELS: Final = 5


def hour_map(hours: Sequence[HourRow], reader: Reader) -> Markup | None:
    """One column an hour, one row a figure; the darker, the more. An hour without data is a dash.
    Rows that no camera feeds are left out; None where no hour has anything."""
    words = reader.words
    rows = [
        _row(words("Footfall"), [row.footfall for row in hours], words.number),
        _row(words("Conversion"), [row.conversion for row in hours], words.percent),
        _row(
            words("Queue, mean"), [row.queue_length for row in hours], lambda n: words.number(n, 1)
        ),
        _row(words("Queue, longest"), [row.queue_max for row in hours], words.number),
        _row(words("Wait, nine of ten"), [row.wait_p90_s for row in hours], words.span),
    ]
    drawn = [row for row in rows if row is not None]
    if not drawn:
        return None
    heads = [el("th", f"{row.hour}", scope="col") for row in hours]
    return el(
        "div",
        el(
            "table",
            el("thead", el("tr", el("th", words("Hour"), scope="col"), heads)),
            el("tbody", drawn),
            class_="table hour-map",
        ),
        class_="scroller",
    )


def hour_grid(
    hours: Sequence[int],
    rows: Sequence[tuple[str, Markup, Sequence[float | None]]],
    said: Callable[[float], str],
    reader: Reader,
) -> Markup | None:
    """One figure of several places hour by hour: rows of (key, name, values), shaded against the
    highest value of all. None where no place has anything."""
    known = [value for _, _, values in rows for value in values if value is not None]
    if not known:
        return None
    top = max(known) or 1.0
    heads = [el("th", f"{hour}", scope="col") for hour in hours]
    return el(
        "div",
        el(
            "table",
            el("thead", el("tr", el("th", reader.words("Hour"), scope="col"), heads)),
            el(
                "tbody",
                [
                    el(
                        "tr",
                        el("th", name, scope="row"),
                        [_cell(value, top, said) for value in values],
                        data_key=key,
                    )
                    for key, name, values in rows
                ],
            ),
            class_="table hour-map",
        ),
        class_="scroller",
    )


def _row(name: str, values: Sequence[float | None], said: Callable[[float], str]) -> Markup | None:
    known = [float(value) for value in values if value is not None]
    if not known:
        return None
    top = max(known) or 1.0
    return el(
        "tr",
        el("th", name, scope="row"),
        [_cell(value, top, said) for value in values],
        data_key=name,
    )


def _cell(value: float | None, top: float, said: Callable[[float], str]) -> Markup:
    if value is None:
        return el("td", "–", class_="missing")
    return el("td", said(value), data_level=min(LEVELS - 1, int(value / top * LEVELS)))
