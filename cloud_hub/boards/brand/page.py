"""A brand's board: which outlet to visit first, the evidence, the share, the gaps."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.brand.share_chart import share_chart
from cloud_hub.boards.brand.view import (
    BrandGap,
    BrandView,
    Competitor,
    OutletRow,
    SellOutRow,
    Verdict,
)
from cloud_hub.boards.home.store_table import figure_cell
from cloud_hub.boards.problems.part import findings
from cloud_hub.boards.shelf.openings_part import estimated_today
from cloud_hub.review.accuracy_part import published_line, waiting_link
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import photo_age
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.money import cost_mark
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.parts.shelf_photo import shelf_photo
from cloud_hub.web.parts.thumbnail import thumbnail
from cloud_hub.web.reader import Reader


def brand_page(view: BrandView, reader: Reader) -> Markup:
    """Everything that a brand may see."""
    words = reader.words
    return el(
        "div",
        el("h1", words.of(view.headline), class_="headline"),
        figure_tiles(view.figures, reader),
        el(
            "p",
            el("span", words("Recognition"), ": ", published_line(view.published, reader)),
            waiting_link(view.doubts, reader),
            class_="published",
        ),
        el(
            "div",
            panel(
                words("Visit first"),
                el("ol", [_outlet(outlet, reader) for outlet in view.outlets], class_="outlets")
                if view.outlets
                else el("p", words("No outlet carries this brand yet."), class_="quiet"),
                kind="outlet-panel",
            ),
            el(
                "div",
                _worst(view, reader),
                panel(words("Others in your coolers"), _competitors(view.competitors, reader)),
                class_="stack",
            ),
            el(
                "div",
                panel(words("Share in your coolers, 14 days"), share_chart(view.share, reader)),
                panel(words("Gaps, oldest first"), _gaps(view.gaps, reader)),
                panel(words("Sold through tills today"), _sold(view.sell_out, reader)),
                estimated_today(view.sell_out_estimated, reader)
                if view.sell_out_estimated
                else None,
                class_="stack",
            ),
            class_="thirds",
        ),
        panel(words("Needs you now"), findings(view.problems, reader)) if view.problems else None,
        class_="page page-brand",
    )


def verdict_mark(verdict: Verdict, reader: Reader) -> Markup:
    """Purity's verdict in words and colour."""
    words = reader.words
    said = {
        Verdict.GOOD: words("pure"),
        Verdict.BAD: words("not pure"),
        Verdict.TO_BE_REVIEWED: words("to be reviewed"),
        Verdict.NO_DATA: words("no data"),
    }[verdict]
    return el("span", said, class_=f"state verdict-{verdict.value}")


def _outlet(outlet: OutletRow, reader: Reader) -> Markup:
    words = reader.words
    name = f"{words.of(outlet.store_name)} · {words.of(outlet.fixture_name)}"
    return el(
        "li",
        thumbnail(outlet.photo, reader),
        el(
            "div",
            el("p", el("a", name, href=reader.link(Permission.SEE_SHELF, outlet.fixture_id))),
            el(
                "p",
                el("span", words("on shelf {share}", share=words.value(outlet.on_shelf))),
                el("span", words("purity {share}", share=words.value(outlet.purity))),
                verdict_mark(outlet.purity_verdict, reader) if outlet.owned else None,
                cost_mark(outlet.cost, reader),
                class_="facts",
            ),
            [el("p", words.of(reason), class_="reason") for reason in outlet.reasons],
            photo_age(outlet.photo, reader)
            if outlet.photo
            else el("span", words("no photo yet"), class_="quiet"),
            class_="finding-body",
            data_fresh=True,
        ),
        class_="outlet",
        data_key=outlet.fixture_id,
        data_outlet=outlet.store_id,
    )


def _worst(view: BrandView, reader: Reader) -> Markup:
    words = reader.words
    worst = view.worst
    if worst is None or worst.photo is None:
        return panel(words("Evidence"), el("p", words("no photo yet"), class_="quiet"))
    return el(
        "section",
        el(
            "header",
            el("h2", words("Evidence")),
            el("p", words.of(worst.store_name), class_="quiet"),
        ),
        shelf_photo(worst.photo, {"seen": worst.photo.boxes}, reader),
        class_="panel photo-panel",
    )


def _gaps(gaps: tuple[BrandGap, ...], reader: Reader) -> Markup:
    words = reader.words
    rows = [
        el(
            "tr",
            el(
                "th",
                el(
                    "a",
                    words.of(gap.product_name),
                    href=f"{reader.link(Permission.SEE_SHELF, gap.fixture_id)}?slot={gap.slot_id}",
                ),
                el("small", f"{words.of(gap.store_name)} · {gap.slot_id}"),
                scope="row",
            ),
            el("td", words.of(gap.age_text), class_="amount"),
            el("td", cost_mark(gap.cost, reader), class_="amount"),
            data_key=f"{gap.fixture_id}{gap.slot_id}",
            data_gap=gap.slot_id,
        )
        for gap in gaps
    ]
    heads = (words("Product"), words("Empty for"), words("Cost"))
    return table(heads, rows, nothing=words("No gap now."))


def _competitors(competitors: tuple[Competitor, ...], reader: Reader) -> Markup:
    words = reader.words
    rows = [
        el(
            "tr",
            el("th", words.of(one.name), el("small", words.of(one.store_name)), scope="row"),
            el("td", words("{count} facings", count=words.number(one.facings)), class_="amount"),
            el("td", words.of(one.since_text), class_="quiet"),
        )
        for one in competitors
    ]
    heads = (words("Whose"), words("How many"), words("Since"))
    return table(heads, rows, nothing=words("Nobody else stands in your coolers."))


def _sold(rows: tuple[SellOutRow, ...], reader: Reader) -> Markup:
    words = reader.words
    lines = [
        el(
            "tr",
            el("th", words.of(row.product_name), scope="row"),
            figure_cell(row.units, reader, with_change=True),
            data_key=row.gtin,
        )
        for row in rows
    ]
    rows_of = table((words("Product"), words("Units")), lines, nothing=words("no data"))
    return el("div", rows_of, class_="at-length", tabindex="0")
