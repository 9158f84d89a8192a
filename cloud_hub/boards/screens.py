"""The boards by address: what right each needs, how it is drawn. To add a page, add a row."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.brand.page import brand_page
from cloud_hub.boards.brand.view import brand_view
from cloud_hub.boards.devices.device_page import device_page
from cloud_hub.boards.devices.device_view import device_view
from cloud_hub.boards.devices.fleet_page import devices_table, fleet_page
from cloud_hub.boards.devices.fleet_view import fleet_view
from cloud_hub.boards.devices.records import RecordQuestion
from cloud_hub.boards.footfall.page import footfall_page
from cloud_hub.boards.footfall.view import footfall_view
from cloud_hub.boards.home.page import home_page
from cloud_hub.boards.home.store_table import stores_table
from cloud_hub.boards.home.story import story
from cloud_hub.boards.home.view import home_view
from cloud_hub.boards.shelf.page import shelf_page
from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.boards.store.page import store_page
from cloud_hub.boards.store.view import store_view
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.master_data.goods_tables import BrandRow
from cloud_hub.master_data.place_tables import DeviceRow, FixtureRow, StoreRow
from cloud_hub.web.markup import Markup, joined
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Menu, Screen

NamedT = TypeVar("NamedT", StoreRow, FixtureRow, BrandRow, DeviceRow)


def _home(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    view = home_view(session, reader.viewer, reader.now, reader.searches)
    there = reader.in_zone(view.time_zone)
    return joined(home_page(view, there), story(view, there) if "story" in arguments else None)


def _home_tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = home_view(session, reader.viewer, reader.now, reader.searches)
    return (stores_table(view.stores, reader.in_zone(view.time_zone)),)


def _footfall(session: Session, reader: Reader, _: Arguments) -> Markup:
    view = footfall_view(session, reader.viewer, reader.now, reader.searches)
    return footfall_page(view, reader.in_zone(view.time_zone))


def _store(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    view = store_view(session, reader.viewer, reader.now, arguments["identity"], reader.searches)
    return store_page(view, reader.in_zone(view.time_zone))


def _shelf(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    view = shelf_view(session, reader.viewer, reader.now, arguments["identity"], reader.searches)
    return shelf_page(view, reader.in_zone(view.time_zone), arguments.get("slot"))


def _brand(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    brand_id = arguments.get("identity") or reader.viewer.brand_id
    if brand_id is None:
        raise NotFound("no brand is named")
    view = brand_view(session, reader.viewer, reader.now, brand_id)
    return brand_page(view, reader.in_zone(view.time_zone))


def _fleet(session: Session, reader: Reader, _: Arguments) -> Markup:
    view = fleet_view(session, reader.viewer, reader.now)
    return fleet_page(view, reader.in_zone(view.time_zone))


def _fleet_tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = fleet_view(session, reader.viewer, reader.now)
    return (devices_table(view.devices, reader.in_zone(view.time_zone)),)


def _device(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    asked = arguments.get("record")
    record = None if asked is None else RecordQuestion(text=asked, traces=reader.traces)
    view = device_view(session, reader.viewer, reader.now, arguments["identity"], record)
    return device_page(view, reader.in_zone(view.time_zone))


def _name_in(table: type[NamedT]) -> Callable[[Session, Viewer, Arguments], Said | None]:
    """The name of the row that an address names; a brand's own page names none."""

    def name(session: Session, viewer: Viewer, arguments: Arguments) -> Said | None:
        identity = arguments.get("identity") or viewer.brand_id
        row = session.get(table, (viewer.tenant_id, identity)) if identity else None
        return None if row is None else row.name

    return name


def _own_store(viewer: Viewer) -> str | None:
    return f"/store/{viewer.only_store}" if viewer.only_store else None


def _own_brand(viewer: Viewer) -> str | None:
    return "/brand" if viewer.brand_id is not None else None


SCREENS: Final = (
    Screen(
        path="/",
        permission=Permission.SEE_HOME,
        title=lambda words: words("Overview"),
        draw=_home,
        tables=_home_tables,
        menu=Menu(position=10),
    ),
    Screen(
        path="/footfall",
        permission=Permission.SEE_FOOTFALL,
        title=lambda words: words("Footfall"),
        draw=_footfall,
        menu=Menu(position=20),
    ),
    Screen(
        path="/store/{identity}",
        permission=Permission.SEE_STORE,
        title=lambda words: words("Store"),
        draw=_store,
        menu=Menu(position=30, title=lambda words: words("My store"), address=_own_store),
        subject=_name_in(StoreRow),
    ),
    Screen(
        path="/shelf/{identity}",
        permission=Permission.SEE_SHELF,
        title=lambda words: words("Shelf"),
        draw=_shelf,
        personal=True,
        subject=_name_in(FixtureRow),
    ),
    Screen(
        path="/brand",
        permission=Permission.SEE_BRAND,
        title=lambda words: words("Brand"),
        draw=_brand,
        personal=True,
        menu=Menu(position=40, title=lambda words: words("My brand"), address=_own_brand),
        subject=_name_in(BrandRow),
    ),
    Screen(
        path="/brand/{identity}",
        permission=Permission.SEE_BRAND,
        title=lambda words: words("Brand"),
        draw=_brand,
        personal=True,
        subject=_name_in(BrandRow),
    ),
    Screen(
        path="/fleet",
        permission=Permission.SEE_FLEET,
        title=lambda words: words("Devices"),
        draw=_fleet,
        tables=_fleet_tables,
        menu=Menu(position=50),
    ),
    Screen(
        path="/device/{identity}",
        permission=Permission.SEE_DEVICE,
        title=lambda words: words("Device"),
        draw=_device,
        subject=_name_in(DeviceRow),
    ),
)
