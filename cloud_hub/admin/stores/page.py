"""The list of stores, and the page on which one is edited."""

from cloud_hub.access.permissions import Permission
from cloud_hub.admin.stores.actions import ACTION, values_of
from cloud_hub.admin.stores.hours_text import week_written
from cloud_hub.admin.stores.view import StoreListed, StoreSheet, StoresView
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader


def stores_page(view: StoresView, reader: Reader) -> Markup:
    """Every store as its master data say."""
    words = reader.words
    return el(
        "div",
        el("header", el("h1", words("Stores")), class_="page-head"),
        panel(
            words("Master data of the stores"),
            data_table(stores_table(view.stores, reader), reader),
        ),
        class_="page page-stores",
    )


def stores_table(rows: tuple[StoreListed, ...], reader: Reader) -> Table[StoreListed]:
    """One line a store."""
    words = reader.words
    columns: tuple[Column[StoreListed], ...] = (
        Column(
            key="store",
            title=words("Store"),
            value=lambda row: words.of(row.name),
            cell=lambda row: el(
                "a", words.of(row.name), href=reader.link(Permission.SEE_STORES, row.store_id)
            ),
        ),
        Column(
            key="number",
            title=words("Store number"),
            value=lambda row: row.store_id,
            cell=lambda row: el("code", row.store_id),
        ),
        Column(
            key="region",
            title=words("Region"),
            value=lambda row: words.of(row.region),
            choices=True,
        ),
        Column(
            key="hours",
            title=words("Opening hours"),
            searched=False,
            value=lambda row: week_written(row.hours.week, words).replace("\n", "; "),
        ),
        Column(
            key="area",
            title=words("Area, m²"),
            value=lambda row: row.selling_area_m2,
            cell=lambda row: el("span", words.number(row.selling_area_m2, 1)),
            amount=True,
        ),
        Column(key="zone", title=words("Time zone"), value=lambda row: row.time_zone),
        Column(key="gln", title=words("GLN"), value=lambda row: row.gln or None),
    )
    return Table(
        name="stores",
        columns=columns,
        rows=rows,
        nothing=words("No stores yet"),
        mark=lambda row: {"data_key": row.store_id},
        kind="told",
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
                el("a", words("All stores"), href=reader.link(Permission.SEE_STORES)),
                " · ",
                el("a", words("Its day"), href=reader.link(Permission.SEE_STORE, store.store_id)),
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
