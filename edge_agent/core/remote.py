"""What the hub may ask of this device: settings that change while it runs, and commands.

A desired state is kept on disk before it is applied, so that it holds after a restart with no
network; what no longer is wanted goes back to the profile's value. What is so now is reported.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from device_profiles.device import first_problem
from edge_agent.core.errors import EdgeError
from edge_agent.core.writer import Writer
from sync.core.errors import InvalidMessage
from sync.core.sparing import sparing
from sync.downlink.commands import Handler, Inbox
from sync.downlink.shadow import Desired, Shadow, State, load, report, save, take_desired
from sync.events import StateReported
from sync.link.link_state import DownMessage
from sync.outbox.outbox import Transaction
from sync.wire.topics import Downlink

REJECTED = "rejected"
TAKE_PHOTO, ACCEPT_VIEW = "take-photo", "accept-view"

log = logging.getLogger(__name__)

Photographer = Callable[[], Awaitable[str]]
"""Takes a photo now; returns a line for people."""


@dataclass(slots=True, kw_only=True)
class Setting:
    """Something that may be wanted otherwise while the agent runs. `adapter` says what values there
    are; `parts` are told the new one. What takes its time says by `report` what holds meanwhile."""

    adapter: TypeAdapter[Any]
    profile_value: Any
    report: Callable[[], Any] | None = None
    parts: list[Callable[[Any], None]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Remote:
    """Takes what came down. `facts` are reported beside the settings, `more_facts` as they are at
    each report."""

    writer: Writer
    facts: Mapping[str, object]
    settings: dict[str, Setting] = field(default_factory=dict)
    viewers: dict[str, Callable[[], None]] = field(default_factory=dict)
    """Cameras that know their view; each forgets it and learns where it looks now."""
    photographers: dict[str, Photographer] = field(default_factory=dict)
    commands: dict[str, Handler] = field(default_factory=dict)
    """What parts do at a command, by its name; beside what every device does."""
    more_facts: list[Callable[[], State]] = field(default_factory=list)
    inbox: Inbox = field(init=False)
    _wanted: asyncio.Queue[Desired | None] = field(default_factory=asyncio.Queue)
    _stop: asyncio.Event | None = None

    def __post_init__(self) -> None:
        """The commands that this device knows."""
        self.commands |= {
            "report-state": self._report_state,
            "restart": self._restart,
            TAKE_PHOTO: self._take_photo,
            ACCEPT_VIEW: self._accept_view,
        }
        self.inbox = Inbox(self.writer.outbox, self.commands)

    def setting(
        self,
        name: str,
        adapter: TypeAdapter[Any],
        profile_value: Any,  # noqa: ANN401 - whatever the adapter takes
        part: Callable[[Any], None],
        *,
        report: Callable[[], Any] | None = None,
    ) -> None:
        """From now on `part` is told the value wanted for `name`."""
        known = self.settings.setdefault(
            name, Setting(adapter=adapter, profile_value=profile_value, report=report)
        )
        known.parts.append(part)

    def hear(self, message: DownMessage) -> None:
        """Takes a message of the hub; one that cannot be read is logged and dropped."""
        if message.what is Downlink.COMMAND:
            self.inbox.receive(message.payload)
            return
        try:
            self._wanted.put_nowait(Desired.from_bytes(message.payload))
        except InvalidMessage as error:
            log.warning("desired state refused: %s", error, extra={"action": "desired-refused"})

    def report_again(self) -> None:
        """Something that is reported has changed by itself."""
        self._wanted.put_nowait(None)

    async def run(self, stop: asyncio.Event) -> None:
        """Applies what is wanted, at first what was wanted before the restart, until `stop`."""
        self._stop = stop
        await self._apply(None)
        stopping = asyncio.create_task(stop.wait(), name="remote-stop")
        try:
            while not stop.is_set():
                wanted = asyncio.create_task(self._wanted.get(), name="remote-wanted")
                await asyncio.wait((wanted, stopping), return_when=asyncio.FIRST_COMPLETED)
                if not wanted.done():
                    wanted.cancel()
                    break
                await self._apply(wanted.result())
        finally:
            stopping.cancel()

    # --- settings --------------------------------------------------------------------------------

    async def _apply(self, wanted: Desired | None) -> None:
        def keep(transaction: Transaction) -> Shadow:
            shadow = load(transaction.connection)
            if wanted is not None:
                shadow = take_desired(shadow, wanted)
                save(transaction.connection, shadow)
            return shadow

        shadow = await self.writer.write(keep)
        state = self._put_in_force(shadow.desired)
        await self.writer.write(lambda transaction: _report(transaction, state))

    def _put_in_force(self, desired: State) -> State:
        """Tells every part its value; the state that holds now."""
        state: State = {**self.facts, **self._abilities()}
        rejected = {
            name: "this device has no such setting" for name in desired if name not in self.settings
        }
        for name, setting in self.settings.items():
            value = setting.profile_value
            if desired.get(name) is not None:
                problem, value = _try_wish(name, setting, desired[name])
                if problem is not None:
                    rejected[name] = problem
            if value is setting.profile_value:
                _tell(setting, value)
            holds = value if setting.report is None else setting.report()
            state[name] = setting.adapter.dump_python(holds, mode="json")
        for facts in self.more_facts:
            state |= facts()
        if rejected:
            log.warning("settings rejected: %s", rejected, extra={"action": "desired-rejected"})
            state[REJECTED] = rejected
        return state

    def _abilities(self) -> State:
        """The commands that this device knows, and the cameras that some of them are for."""
        by_camera = {TAKE_PHOTO: sorted(self.photographers), ACCEPT_VIEW: sorted(self.viewers)}
        cameras = {name: ids for name, ids in by_camera.items() if ids}
        known: State = {"commands": sorted(self.commands)}
        return known | {"cameras": cameras} if cameras else known

    # --- commands --------------------------------------------------------------------------------

    async def _report_state(self, arguments: Mapping[str, object]) -> str:
        def again(transaction: Transaction) -> int:
            shadow = load(transaction.connection)
            version = shadow.reported_version + 1
            transaction.append(StateReported(version=version, state=shadow.reported))
            save(transaction.connection, replace(shadow, reported_version=version))
            return version

        return f"reported as version {await self.writer.write(again)}"

    async def _restart(self, arguments: Mapping[str, object]) -> str:
        if self._stop is None:
            raise EdgeError("the agent is only just starting")
        log.warning("the hub has this agent restarted", extra={"action": "restart"})
        self._stop.set()
        return "stops now; its supervisor starts it again"

    async def _take_photo(self, arguments: Mapping[str, object]) -> str:
        camera_id = arguments.get("camera_id")
        if camera_id is None and len(self.photographers) == 1:
            (camera_id,) = self.photographers
        photographer = self.photographers.get(str(camera_id))
        if photographer is None:
            known = ", ".join(sorted(self.photographers)) or "none"
            raise EdgeError(f"name a camera that takes photos with camera_id; here: {known}")
        return await photographer()

    async def _accept_view(self, arguments: Mapping[str, object]) -> str:
        camera_id = arguments.get("camera_id")
        if camera_id is None and len(self.viewers) == 1:
            (camera_id,) = self.viewers
        accept = self.viewers.get(str(camera_id))
        if accept is None:
            known = ", ".join(sorted(self.viewers)) or "none"
            raise EdgeError(f"name a camera that counts people with camera_id; here: {known}")
        await asyncio.to_thread(accept)
        return f"{camera_id} learns its view anew in the next five minutes"


def _try_wish(name: str, setting: Setting, wish: object) -> tuple[str | None, Any]:
    """Why `wish` does not hold, None where it does, and the value that does. A wish that breaks a
    part must not keep the agent from starting."""
    with sparing(log, "%s cannot be set", name, action="desired-failed") as failure:
        try:
            value = setting.adapter.validate_python(wish)
            _tell(setting, value)
        except ValidationError as error:
            return first_problem(error), setting.profile_value
        return None, value
    return str(failure.error), setting.profile_value


def _tell(setting: Setting, value: Any) -> None:  # noqa: ANN401 - whatever its adapter takes
    for part in setting.parts:
        part(value)


def _report(transaction: Transaction, state: State) -> None:
    """Says what changed since the last report, in the commit that remembers it."""
    shadow = load(transaction.connection)
    gone: State = dict.fromkeys(name for name in shadow.reported if name not in state)
    after, event = report(shadow, {**state, **gone})
    if event is not None:
        save(transaction.connection, after)
        transaction.append(event)
