"""What tasks declare."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.domain import Domain
from cloud_hub.tasks import api
from cloud_hub.tasks.actions import ACTIONS
from cloud_hub.tasks.page import tasks_page, tasks_tables
from cloud_hub.tasks.view import tasks_view
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Menu, Screen


def _tasks(session: Session, reader: Reader, _: Arguments) -> Markup:
    view = tasks_view(session, reader.viewer, reader.now)
    return tasks_page(view, reader.in_zone(view.time_zone))


def _tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = tasks_view(session, reader.viewer, reader.now)
    return tasks_tables(view, reader.in_zone(view.time_zone))


DOMAIN: Final = Domain(
    name="tasks",
    screens=(
        Screen(
            path="/tasks",
            permission=Permission.SEE_TASKS,
            title=lambda words: words("Tasks"),
            draw=_tasks,
            tables=_tables,
            menu=Menu(position=60),
        ),
    ),
    actions=ACTIONS,
    routers=(api.router,),
)
