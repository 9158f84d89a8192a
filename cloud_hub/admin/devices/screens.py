"""The pages on which devices are set up, by address."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.devices.page import device_edit_page, devices_page, set_up_table
from cloud_hub.admin.devices.view import device_edit, devices_view
from cloud_hub.core.text import Said
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Screen


def _devices(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    view = devices_view(session, reader.viewer, arguments.get("new", "")[:40])
    return devices_page(view, reader)


def _tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = devices_view(session, reader.viewer)
    return (set_up_table(view.devices, view.places, reader),)


def _device(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    key = arguments.get("code")
    view = device_edit(session, reader.viewer, arguments["identity"], key, reader.now)
    return device_edit_page(view, reader)


def _name(session: Session, viewer: Viewer, arguments: Arguments) -> Said | None:
    row = session.get(DeviceRow, (viewer.tenant_id, arguments["identity"]))
    return None if row is None else row.name


SCREENS: Final = (
    Screen(
        path="/devices",
        permission=Permission.SEE_DEVICES,
        title=lambda words: words("Set up devices"),
        draw=_devices,
        tables=_tables,
    ),
    # Personal: a claim code is shown to whoever made it alone.
    Screen(
        path="/devices/{identity}",
        permission=Permission.SEE_DEVICES,
        title=lambda words: words("Set up a device"),
        draw=_device,
        personal=True,
        subject=_name,
    ),
)
