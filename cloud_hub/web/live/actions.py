"""What a person can do from a page: answer a task or a question, say that a slot is wrong."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.commands.action import command_device
from cloud_hub.review.answers import Opinion, answer_item
from cloud_hub.review.questions import report_wrong
from cloud_hub.review.tables import Answer
from cloud_hub.tasks.keeping import answer_task
from cloud_hub.web.live.shared_drawings import SharedDrawings
from cloud_hub.web.live.tab import Tab
from cloud_hub.web.visit import Visit, viewer_now

log = logging.getLogger(__name__)

ANSWERS: Final = ("accepted", "done", "not-possible")
Deed = Callable[[Session, Viewer, datetime], object]


def listen_for_actions(hub: Hub, visit: Visit, tab: Tab, drawings: SharedDrawings) -> None:
    """Takes the page's button presses; each names its `act` and what it is about."""

    async def act(event: GenericEventArguments) -> None:
        said: Any = event.args
        if not isinstance(said, dict):
            return
        do = _deed(said)
        if said.get("act") == "command":
            is_done = await command_device(hub, visit, said)
        else:
            is_done = do is not None and await asyncio.to_thread(_write, hub, visit, do)
        if not await tab.is_visited():
            return
        if is_done:
            hub.changed.announce()
            drawings.forget()
            await tab.look()

    ui.on("aisle-act", act)


def _deed(said: dict[str, Any]) -> Deed | None:
    """What a press of a button asks for; None where it makes no sense."""
    about, answer = str(said.get("arg", "")), str(said.get("answer", ""))
    match said.get("act"):
        case "answer-task" if answer in ANSWERS:
            return lambda session, viewer, now: answer_task(session, viewer, about, answer, now)
        case "answer-question":
            kind, _, gtin = answer.partition(":")
            if kind in list(Answer):
                opinion = Opinion(answer=Answer(kind), gtin=gtin or None)
                return lambda session, viewer, now: answer_item(
                    session, viewer, about, opinion, now
                )
        case "report-wrong":
            return lambda session, viewer, now: report_wrong(session, viewer, about, answer, now)
    return None


def _write(hub: Hub, visit: Visit, do: Deed) -> bool:
    try:
        with hub.database.writing() as session:
            do(session, viewer_now(session, hub, visit), hub.clock.now())
    except (NotYours, NotFound, Refused) as error:
        log.warning("%s", error, extra={"action": "answer_refused"})
        return False
    return True
