"""Footfall of the chain: who came where, how far that can be trusted, and when."""

from collections.abc import Callable

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.footfall.floor import HourRow
from cloud_hub.boards.footfall.hand_count import hand_count
from cloud_hub.boards.footfall.hour_map import hour_grid
from cloud_hub.boards.footfall.view import FootfallView, StoreFootfall
from cloud_hub.boards.home.store_table import figure_cell
from cloud_hub.boards.problems.part import findings
from cloud_hub.boards.store.page import information
from cloud_hub.core.days.business_day import TURNS_AT_H
from cloud_hub.fleet.status_part import freshness_chip
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader

WELL = 0.9
"""Of the opening hours; a door watched for less is marked."""


def footfall_page(view: FootfallView, reader: Reader) -> Markup:
    """The figures, the stores with what their figures rest on, and their hours."""
    words = reader.words
    return el(
        "div",
        el(
            "header",
            el("h1", words("Footfall")),
            el("p", words("today until {clock}, provisional", clock=view.until), class_="quiet"),
            class_="page-head",
        ),
        figure_tiles(view.figures, reader),
        panel(words("Stores"), _stores(view, reader), note=words("what each figure rests on")),
        panel(words("Hours of today"), *_hours(view, reader), note=words("the darker, the more")),
        panel(
            words("Needs you now"),
            findings(view.problems, reader),
            information(view.information, reader),
        ),
        class_="page page-footfall",
    )


def _stores(view: FootfallView, reader: Reader) -> Markup:
    words = reader.words
    heads = (
        words("Store"),
        words("Footfall"),
        words("Watched"),
        words("Sure"),
        words("Staff left out"),
        words("Conversion"),
        words("Wait, nine of ten"),
        words("Queue, longest"),
        words("Newest data"),
    )
    return table(heads, [_store(store, reader) for store in view.stores], kind="stores")


def _store(store: StoreFootfall, reader: Reader) -> Markup:
    words = reader.words
    watched = store.footfall.coverage
    return el(
        "tr",
        el(
            "th",
            el("a", words.of(store.name), href=reader.link(Permission.SEE_STORE, store.store_id)),
            el("span", words("simulated"), class_="tag") if store.simulated else None,
            hand_count(store.hand, reader),
            scope="row",
        ),
        figure_cell(store.footfall, reader, with_change=True),
        _watched(watched, reader),
        _share(store.confidence, reader),
        _staff(store, reader),
        figure_cell(store.conversion, reader),
        figure_cell(store.wait_p90, reader),
        el(
            "td", "–" if store.queue_max is None else words.number(store.queue_max), class_="amount"
        ),
        el("td", freshness_chip(store.freshness, reader), class_="fresh-cell"),
        data_key=store.store_id,
        data_store=store.store_id,
    )


def _watched(share: float | None, reader: Reader) -> Markup:
    words = reader.words
    if share is None:
        return el("td", words("no data"), class_="amount missing")
    return el("td", words.percent(share), class_="amount thin" if share < WELL else "amount")


def _share(share: float | None, reader: Reader) -> Markup:
    return el("td", "–" if share is None else reader.words.percent(share), class_="amount")


def _staff(store: StoreFootfall, reader: Reader) -> Markup:
    words = reader.words
    if store.staff is None:
        return el("td", words("no data"), class_="amount missing")
    share = None if store.staff_share is None else words.percent(store.staff_share)
    return el(
        "td",
        words.number(store.staff),
        el("small", f" {share}", class_="quiet") if share and store.staff else None,
        class_="amount",
    )


def _hours(view: FootfallView, reader: Reader) -> list[Markup | None]:
    """One grid a figure: a row a store, a column an hour."""
    words = reader.words
    figures: tuple[tuple[str, Callable[[HourRow], float | None], Callable[[float], str]], ...] = (
        (words("Footfall"), lambda row: row.footfall, words.number),
        (words("Wait, nine of ten"), lambda row: row.wait_p90_s, words.span),
        (words("Conversion"), lambda row: row.conversion, words.percent),
    )
    return [_grid(title, value, said, view, reader) for title, value, said in figures]


def _grid(
    title: str,
    value: Callable[[HourRow], float | None],
    said: Callable[[float], str],
    view: FootfallView,
    reader: Reader,
) -> Markup | None:
    shown = {row.hour for store in view.stores for row in store.hours}
    hours = sorted(shown, key=lambda hour: (hour - TURNS_AT_H) % 24)
    rows = []
    for store in view.stores:
        known = {row.hour: value(row) for row in store.hours}
        values = [known.get(hour) for hour in hours]
        if any(each is not None for each in values):
            name = el(
                "a",
                reader.words.of(store.name),
                href=reader.link(Permission.SEE_STORE, store.store_id),
            )
            rows.append((store.store_id, name, values))
    grid = hour_grid(hours, rows, said, reader)
    if grid is None:
        return None
    return el("div", el("h3", title), grid, class_="hour-grid", data_key=title)
