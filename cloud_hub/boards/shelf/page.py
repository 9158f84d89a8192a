"""A shelf's page: its photo with what was seen, planned and different; its slots; its day."""

from urllib.parse import quote

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.problems.part import findings
from cloud_hub.boards.shelf.baskets_part import baskets_panel
from cloud_hub.boards.shelf.gap_bars import day_of_photos
from cloud_hub.boards.shelf.openings_part import estimated_sales_panel
from cloud_hub.boards.shelf.slot_panel import slot_panels
from cloud_hub.boards.shelf.view import ShelfView
from cloud_hub.review.accuracy_part import published_line, waiting_link
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import photo_age
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.money import cost_mark
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.shelf_photo import shelf_photo
from cloud_hub.web.photo import BoxKind
from cloud_hub.web.reader import Reader


def shelf_page(view: ShelfView, reader: Reader, chosen: str | None = None) -> Markup:
    """Everything of one fixture. `chosen` is the slot that a link pointed at."""
    words = reader.words
    return el(
        "div",
        _head(view, reader),
        el(
            "div",
            _photo(view, reader, chosen),
            el(
                "div",
                _standing(view, reader),
                slot_panels(view.slots, reader, chosen, view.fixture_id) if view.slots else None,
                panel(words("Needs you now"), findings(view.problems, reader))
                if view.problems
                else None,
                class_="stack",
            ),
            class_="split split-photo",
        ),
        baskets_panel(view.baskets, reader) if view.baskets else None,
        day_of_photos(view.thumbnails, view.gap_spans, reader),
        estimated_sales_panel(view.sell_out, reader) if view.sell_out else None,
        figure_tiles(view.figures, reader) if view.figures else None,
        class_="page page-shelf",
    )


def _head(view: ShelfView, reader: Reader) -> Markup:
    words = reader.words
    plan = (
        words(
            "plan {plan}, version {version}",
            plan=view.planogram_id,
            version=view.planogram_version,
        )
        if view.planogram_id
        else words("no plan")
    )
    return el(
        "header",
        el(
            "h1",
            el(
                "a",
                words.of(view.store_name),
                href=reader.link(Permission.SEE_STORE, view.store_id),
            ),
            " · ",
            words.of(view.name),
        ),
        el("p", words("{brand}'s cooler", brand=words.of(view.owner_brand)), class_="quiet")
        if view.owner_brand
        else None,
        el("p", plan, class_="quiet"),
        el(
            "a",
            words("Temperature log (PDF)"),
            href=f"/api/v1/fixtures/{quote(view.fixture_id)}/temperature-log.pdf",
            target="_blank",
        )
        if view.has_temperatures
        else None,
        class_="page-head",
    )


def _photo(view: ShelfView, reader: Reader, chosen: str | None) -> Markup:
    words = reader.words
    if view.photo is None:
        return panel(
            words("Photo"),
            el("p", words("No photo of this shelf has arrived yet."), class_="calm"),
        )
    gaps = tuple(box for box in view.difference if box.kind is BoxKind.GAP and box not in view.seen)
    layers = {
        "seen": (*view.seen, *gaps),
        "planned": view.planned,
        "difference": view.difference,
    }
    return el(
        "section",
        shelf_photo(view.photo, layers, reader, chosen=chosen),
        class_="panel photo-panel",
    )


def _standing(view: ShelfView, reader: Reader) -> Markup:
    words = reader.words
    gaps = el("span", _count(view.gaps, reader), cost_mark(view.lost_so_far, reader))
    rows: list[tuple[str, Markup | str | None, str]] = [
        (words("Facings"), _pair(view.facings, reader), "facings"),
        (words("Positions right"), _pair(view.positions, reader), "positions"),
        (words("Gaps"), gaps, "gaps"),
        (words("Unknown packs"), _count(view.unknown, reader), "unknown"),
        (words("Not visible"), _count(view.hidden, reader) if view.hidden else None, "hidden"),
        (words("Photo"), photo_age(view.photo, reader) if view.photo else None, "photo"),
        (words("Quality"), words.of(view.quality_text), "quality"),
        (words("Last clear picture"), _last_clear(view, reader), "last-clear"),
        (words("Read by"), el("code", view.model) if view.model else None, "model"),
        (words("Recognition"), published_line(view.published, reader), "published"),
        (words("To be answered"), waiting_link(view.doubts, reader, view.fixture_id), "doubts"),
    ]
    return el(
        "section",
        el(
            "dl",
            [
                el("div", el("dt", name), el("dd", value), data_fact=fact)
                for name, value, fact in rows
                if value is not None
            ],
            class_="pairs pairs-big",
            data_fresh=True,
        ),
        class_="panel",
    )


def _pair(pair: tuple[int, int] | None, reader: Reader) -> Markup:
    words = reader.words
    if pair is None:
        return el("span", words("no data"), class_="missing")
    return el("b", f"{words.number(pair[0])}/{words.number(pair[1])}")


def _count(count: int | None, reader: Reader) -> Markup:
    words = reader.words
    if count is None:
        return el("span", words("no data"), class_="missing")
    return el("b", words.number(count))


def _last_clear(view: ShelfView, reader: Reader) -> str | None:
    if view.last_clear_at is None or view.photo is None:
        return None
    if view.last_clear_at >= view.photo.taken_at:
        return None
    return reader.words.moment(view.last_clear_at, reader.now)
