"""The promise in one line: produced = received + declared lost + waiting."""

from cloud_hub.reconciliation.sums import LinkTotals
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.reader import Reader


def ledger_equation(books: LinkTotals, reader: Reader) -> Markup:
    """The books as an equation, and whether it holds."""
    words = reader.words
    verdict = words("adds up") if books.balanced else words("does not add up")
    return el(
        "p",
        _term(words("produced"), books.produced, reader),
        el("span", "=", class_="sign-of"),
        _term(words("received"), books.received, reader),
        el("span", "+", class_="sign-of"),
        _term(words("lost"), books.lost, reader, "term-lost" if books.lost else ""),
        el("span", "+", class_="sign-of"),
        _term(words("waiting"), books.waiting, reader, "term-waiting" if books.waiting else ""),
        el(
            "span",
            icon("check" if books.balanced else "alarm"),
            verdict,
            class_="balanced" if books.balanced else "unbalanced",
        ),
        class_="equation",
        data_balanced="yes" if books.balanced else "no",
    )


def where_bar(books: LinkTotals, reader: Reader) -> Markup | None:
    """Where each record is, as one bar: here, waiting on the device, given up."""
    words = reader.words
    if not books.produced:
        return None
    parts = (
        ("received", books.received, words("in the hub")),
        ("waiting", books.waiting, words("still on the device")),
        ("lost", books.lost, words("declared lost")),
    )
    return el(
        "div",
        el(
            "div",
            [
                el(
                    "i",
                    class_=f"where-{kind}",
                    style=f"flex-grow:{count}",
                    title=f"{name}: {words.number(count)}",
                )
                for kind, count, name in parts
                if count
            ],
            class_="where-bar",
        ),
        el(
            "p",
            [
                el("span", el("i", class_=f"swatch where-{kind}"), f"{name} {words.number(count)}")
                for kind, count, name in parts
            ],
            class_="key",
        ),
        class_="where",
    )


def _term(name: str, count: int, reader: Reader, kind: str = "") -> Markup:
    return el(
        "span",
        el("span", name, class_="term-name"),
        el("b", reader.words.number(count)),
        class_=f"term {kind}".strip(),
    )
