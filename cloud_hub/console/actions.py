"""What a person can do from a page: today, answer a task."""

import asyncio
import logging
from typing import Any, Final

from nicegui import ui
from nicegui.events import GenericEventArguments

from cloud_hub.console.access import Visit
from cloud_hub.console.live import SharedDrawings
from cloud_hub.console.tab import Tab
from cloud_hub.errors import Refused
from cloud_hub.hub import Hub
from cloud_hub.jobs import answer_task
from cloud_hub.viewer import NotFound, NotYours

log = logging.getLogger(__name__)

ANSWERS: Final = ("accepted", "done", "not-possible")


def listen_for_actions(hub: Hub, visit: Visit, tab: Tab, drawings: SharedDrawings) -> None:
    """Takes the page's button presses; each names its `act` and what it is about."""

    async def act(event: GenericEventArguments) -> None:
        said: Any = event.args
        if not isinstance(said, dict) or said.get("act") != "answer-task":
            return
        task_id, answer = str(said.get("arg", "")), said.get("answer")
        if answer in ANSWERS and await asyncio.to_thread(_answer, hub, visit, task_id, answer):
            hub.changed.announce()
            drawings.forget()
            await tab.look()

    ui.on("aisle-act", act)


def _answer(hub: Hub, visit: Visit, task_id: str, answer: str) -> bool:
    try:
        with hub.database.writing() as session:
            answer_task(session, visit.viewer, task_id, answer, hub.clock.now())
    except (NotYours, NotFound, Refused) as error:
        log.warning("%s", error, extra={"action": "answer_refused", "task": task_id})
        return False
    return True
