"""The list of stores, and the page on which one is edited."""

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Page
from cloud_hub.admin.stores.actions import ACTION, values_of
from cloud_hub.admin.stores.view import StoreListed, StoreSheet, StoresView
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader


def stores_page(view: StoresView, reader: Reader) -> Markup:
    """Every store as its master data say."""
    words = reader.words
    heads = (
        words("Store"),
        words("Store number"),
        words("Region"),
        words("Opens"),
        words("Closes"),
        words("Area, m²"),
        words("Time zone"),
    )
    rows = [_row(row, reader) for row in view.stores]
    return el(
        "div",
        el("header", el("h1", words("Stores")), class_="page-head"),
        panel(
            words("Master data of the stores"),
            table(heads, rows, kind="told", nothing=words("No stores yet")),
        ),
        class_="page page-stores",
    )


def _row(row: StoreListed, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "tr",
        el(
            "th",
            el("a", words.of(row.name), href=reader.link(Page.STORES, row.store_id)),
            scope="row",
        ),
        el("td", el("code", row.store_id)),
        el("td", words.of(row.region)),
        el("td", f"{row.opens:%H:%M}"),
        el("td", f"{row.closes:%H:%M}"),
        el("td", words.number(row.selling_area_m2, 1)),
        el("td", row.time_zone),
        data_key=row.store_id,
    )


def store_edit_page(view: StoreSheet, reader: Reader) -> Markup:
    """One store to edit; only its name and number for somebody who may not."""
    words, store = reader.words, view.store
    name = words.of(store.name)
    filling = Filling(
        values={**values_of(store, words), "state": view.state},
        about={"store_id": store.store_id},
    )
    return el(
        "div",
        el(
            "header",
            el("h1", name),
            el(
                "p",
                el("code", store.store_id),
                " · ",
                el("a", words("All stores"), href=reader.link(Page.STORES)),
                " · ",
                el("a", words("Its day"), href=reader.link(Page.STORE, store.store_id)),
                class_="quiet",
            ),
            class_="page-head",
        ),
        panel(
            words("Master data"),
            form(ACTION, filling, reader, words("Save"))
            if reader.viewer.may(Permission.EDIT_MASTER_DATA)
            else el("p", words("Your login may not change it."), class_="quiet"),
        ),
        class_="page page-store-edit",
    )
