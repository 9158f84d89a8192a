"""The page of rollouts by address."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.rollouts.console.page import rollouts_page, rollouts_tables
from cloud_hub.fleet.rollouts.console.view import rollouts_view
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Menu, Screen


def _rollouts(session: Session, reader: Reader, _: Arguments) -> Markup:
    view = rollouts_view(session, reader.viewer, reader.now)
    return rollouts_page(view, reader.in_zone(view.time_zone))


def _tables(session: Session, reader: Reader, _: Arguments) -> Sequence[Table[Any]]:
    view = rollouts_view(session, reader.viewer, reader.now)
    return rollouts_tables(view, reader.in_zone(view.time_zone))


SCREENS: Final = (
    Screen(
        path="/rollouts",
        permission=Permission.SEE_ROLLOUTS,
        title=lambda words: words("Rollouts"),
        draw=_rollouts,
        tables=_tables,
        # Whether a button is there depends on who asked for the rollout.
        personal=True,
        menu=Menu(position=57),
    ),
)
