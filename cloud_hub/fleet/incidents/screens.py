"""The page of incidents by address."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.incidents.page import incidents_page, incidents_tables
from cloud_hub.fleet.incidents.view import incidents_view
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Menu, Screen


def _incidents(session: Session, reader: Reader, _: Arguments) -> Markup:
    view = incidents_view(session, reader.viewer, reader.now)
    return incidents_page(view, reader.in_zone(view.time_zone))


def _tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = incidents_view(session, reader.viewer, reader.now)
    return incidents_tables(view, reader.in_zone(view.time_zone))


SCREENS: Final = (
    Screen(
        path="/incidents",
        permission=Permission.SEE_INCIDENTS,
        title=lambda words: words("Incidents"),
        draw=_incidents,
        tables=_tables,
        menu=Menu(position=55),
    ),
)
