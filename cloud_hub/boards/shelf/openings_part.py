"""Estimated sell-out of a cooler: the range, each product, each opening with its two pictures."""

from cloud_hub.boards.shelf.openings import EstimatedRow, EstimatedSales, OpeningRow
from cloud_hub.core.text import Text
from cloud_hub.insight.figure import Figure
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader

WHOLE = 0.1
"""So near to a whole number of packs and its decimals say nothing."""
_TITLE = Text("Estimated sell-out, {days} days")
_NOTE = Text(
    "From photos before and after each door opening, because no till counts it. In nine of ten"
    " cases the number lies in the range; lanes judged: {share}."
)
_UNTOLD = Text("hidden on {count} photos")
_NO_ESTIMATE = Text("no estimate")
_RANGE = Text("{low} to {high}")
_HEADS = (
    Text("Product"),
    Text("Taken − put back"),
    Text("Range"),
    Text("Refilled"),
)
_OPENINGS = Text("Today's door openings")
_TODAY_NOTE = Text("coolers without a till, today")
_NOTHING = Text("Nothing was taken.")
_BEFORE = Text("before")
_AFTER = Text("after")
_REFILL = Text("refill")
_TAKEN = Text("{name} −{count}")
_COME = Text("{name} +{count}")


def estimated_sales_panel(sales: EstimatedSales, reader: Reader) -> Markup:
    """The panel; a number never without its range, "no estimate" where it would say too little."""
    words = reader.words
    share = words.percent(sales.coverage) if sales.coverage is not None else words("no data")
    return panel(
        words.of(_TITLE.filled(days=str(sales.days))),
        el(
            "p",
            _number(sales.sold, reader),
            " ",
            el("small", _range(sales.low, sales.high, reader), class_="quiet"),
            class_="estimated-sum",
            data_fact="sell-out-estimated",
        ),
        table(
            tuple(words.of(head) for head in _HEADS),
            [_product(row, reader) for row in sales.products],
            nothing=words.of(_NOTHING),
        ),
        el("h3", words.of(_OPENINGS)) if sales.openings else None,
        el("ol", [_opening(row, reader) for row in sales.openings], class_="openings")
        if sales.openings
        else None,
        note=words.of(_NOTE.filled(share=share)),
        kind="panel-estimated",
    )


def estimated_today(figure: Figure, reader: Reader) -> Markup:
    """The same of all coolers together, today: a panel of a board."""
    words = reader.words
    return panel(
        words.of(figure.name),
        el(
            "p",
            _number(None if figure.value is None else float(figure.value), reader),
            " ",
            el("small", _range(figure.low, figure.high, reader), class_="quiet"),
            class_="estimated-sum",
            data_fact="sell-out-estimated",
        ),
        note=words.of(_TODAY_NOTE),
        kind="panel-estimated",
    )


def _number(sold: float | None, reader: Reader) -> Markup:
    if sold is None:
        return el("span", reader.words.of(_NO_ESTIMATE), class_="missing")
    return el("b", reader.words.number(sold))


def _range(low: float | None, high: float | None, reader: Reader) -> str:
    if low is None or high is None:
        return ""
    words = reader.words
    return words.of(_RANGE.filled(low=words.number(low), high=words.number(high)))


def _product(row: EstimatedRow, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "tr",
        el("td", words.of(row.product_name)),
        el("td", _number(row.sold, reader)),
        el(
            "td",
            words.of(_UNTOLD.filled(count=words.number(row.hidden_on)))
            if row.hidden_on
            else _range(row.low, row.high, reader),
        ),
        el("td", words.number(row.refilled)),
    )


def _opening(row: OpeningRow, reader: Reader) -> Markup:
    words = reader.words
    said = [
        words.of(text.filled(name=name, count=_packs(count, reader)))
        for name, taken, come in row.changes
        for text, count in ((_TAKEN, taken), (_COME, come))
        if count >= 0.05
    ]
    pictures = [
        el("a", words.of(name), href=url)
        for name, url in ((_BEFORE, row.before_url), (_AFTER, row.after_url))
        if url is not None
    ]
    return el(
        "li",
        el("time", row.local_time),
        el(
            "span",
            el("b", words.of(_REFILL), " ") if row.is_refill else None,
            ", ".join(said),
        ),
        el("span", pictures, class_="quiet"),
    )


def _packs(count: float, reader: Reader) -> str:
    """Whole packs where the estimate is as good as whole."""
    return reader.words.number(count, 0 if abs(count - round(count)) < WHOLE else 1)
