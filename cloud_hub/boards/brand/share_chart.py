"""Whose packs stood in the coolers, day by day, stacked to one."""

from typing import Final

from cloud_hub.boards.brand.view import ShareDay
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader

HEIGHT: Final = 100.0
KINDS: Final = ("own", "foreign", "unknown")


def share_chart(days: tuple[ShareDay, ...], reader: Reader) -> Markup:
    """One bar a day: own, foreign, unknown; a day without a clear photo stays hollow."""
    words = reader.words
    if not any(day.own is not None for day in days):
        return el("p", words("no data"), class_="quiet")
    names = {"own": words("own"), "foreign": words("foreign"), "unknown": words("unknown")}
    return el(
        "figure",
        el("div", [_day(day, reader) for day in days], class_="share-days"),
        el(
            "figcaption",
            [el("span", el("i", class_=f"swatch swatch-{kind}"), names[kind]) for kind in KINDS],
            class_="key",
        ),
        class_="share",
    )


def _day(day: ShareDay, reader: Reader) -> Markup:
    words = reader.words
    counts = [getattr(day, kind) or 0 for kind in KINDS]
    total = sum(counts)
    if day.own is None or not total:
        said = words("{day}: no data", day=words.day(day.business_day))
        return el("span", class_="share-day share-none", title=said, role="img", aria_label=said)
    said = words(
        "{day}: own {own}, foreign {foreign}, unknown {unknown}",
        day=words.day(day.business_day),
        own=counts[0],
        foreign=counts[1],
        unknown=counts[2],
    )
    return el(
        "span",
        [
            el("i", class_=f"share-{kind}", style=f"height:{count / total * HEIGHT:.1f}%")
            for kind, count in zip(KINDS, counts, strict=True)
            if count
        ],
        class_="share-day",
        title=said,
        role="img",
        aria_label=said,
    )
