"""The pages of stores by address."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.stores.page import store_edit_page, stores_page, stores_table
from cloud_hub.admin.stores.view import store_view, stores_view
from cloud_hub.core.text import Said
from cloud_hub.master_data.place_tables import StoreRow
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Menu, Screen


def _stores(session: Session, reader: Reader, _: Arguments) -> Markup:
    return stores_page(stores_view(session, reader.viewer, reader.now), reader)


def _tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = stores_view(session, reader.viewer, reader.now)
    return (stores_table(view.stores, reader),)


def _store(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    return store_edit_page(store_view(session, reader.viewer, arguments["identity"]), reader)


def _name(session: Session, viewer: Viewer, arguments: Arguments) -> Said | None:
    row = session.get(StoreRow, (viewer.tenant_id, arguments["identity"]))
    return None if row is None else row.name


SCREENS: Final = (
    Screen(
        path="/stores",
        permission=Permission.SEE_STORES,
        title=lambda words: words("Stores"),
        draw=_stores,
        tables=_tables,
        menu=Menu(position=80),
    ),
    Screen(
        path="/stores/{identity}",
        permission=Permission.SEE_STORES,
        title=lambda words: words("Store"),
        draw=_store,
        subject=_name,
    ),
)
