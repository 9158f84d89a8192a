"""The page of logins by address."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.admin.people.page import (
    logins_table,
    people_page,
    reveals_table,
    tokens_table,
)
from cloud_hub.admin.people.view import people_view
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Menu, Screen


def _people(session: Session, reader: Reader, _: Arguments) -> Markup:
    return people_page(people_view(session, reader.viewer, reader.now), reader)


def _tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = people_view(session, reader.viewer, reader.now)
    tables = (logins_table(view.logins, reader), tokens_table(view.tokens, reader))
    return tables if view.reveals is None else (*tables, reveals_table(view.reveals, reader))


SCREENS: Final = (
    Screen(
        path="/logins",
        permission=Permission.SEE_LOGINS,
        title=lambda words: words("Logins"),
        draw=_people,
        personal=True,
        tables=_tables,
        menu=Menu(position=90),
    ),
)
