"""Files that the hub sends: fetched, checked, made current, and given to the parts that use them.

Wanted versions come with the desired state (`artifacts`). Whatever fails, the file that worked
before stays in use, and what is so is reported: `artifacts` holds the versions in use,
`artifact_problems` why a wanted one is not.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from device_profiles.artifact import (
    ArtifactKind,
    ArtifactName,
    InvalidArtifact,
    PriceList,
    read_planograms,
    read_price_list,
)
from device_profiles.errors import AisleError
from device_profiles.planogram import PlanogramProfile
from edge_agent.core.remote import Remote
from edge_agent.core.seen import Seen
from sync.artifacts.slots import STARTS_ALLOWED, Pointer, Slot, Slots
from sync.core.clock import Clock
from sync.core.errors import ArtifactRefused, NoRoom, SourceUnreachable, SyncError
from sync.core.failpoints import Failpoint, reach
from sync.core.pause import pause
from sync.core.sparing import sparing
from sync.events import ClockState
from sync.link.credentials import DeviceCredentials
from sync.link.reconnect import Reconnect

SETTING = "artifacts"
PROBLEMS = "artifact_problems"
MODELS = "models/"
PROVED_AFTER_S = 60.0
"""A new file that let the agent run for so long has proved itself."""
FIRST_WAIT_S = 5.0

Wanted = dict[ArtifactName, Annotated[int, Field(ge=1)]]
Check = Callable[[str, Path], None]
"""Raises an exception with one line where the file of an artifact of this name is of no use."""
Fetched = Callable[[], DeviceCredentials | None]

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Updates:
    """The artifacts of one device. Parts ask which file is current; whoever must know at once when
    that changes says so by `on_change`."""

    slots: Slots
    metadata: Path
    checks: Mapping[str, Check]
    credentials: Fetched
    remote: Remote
    clock: Clock
    retry: Reconnect
    proved_after_s: float = PROVED_AFTER_S
    current: dict[str, Slot] = field(default_factory=dict)
    _wanted: dict[str, int] | None = None
    _since_s: dict[str, float] = field(default_factory=dict)
    _problems: dict[str, str] = field(default_factory=dict)
    _listeners: list[tuple[ArtifactKind, Callable[[], None]]] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    # --- what parts ask --------------------------------------------------------------------------

    def file_of(self, kind: ArtifactKind) -> Path | None:
        """The current file, or folder, of this kind; of several the first by name."""
        for name in sorted(self.current):
            if self.current[name].kind == kind:
                return self.slots.path(self.current[name])
        return None

    def manifest_of(self, model: str) -> Path | None:
        """The manifest that names the current file of a model, where one was sent."""
        for name, slot in self.current.items():
            if slot.kind == ArtifactKind.MODEL and name.rpartition("/")[2] == model:
                return self.slots.path(slot) / "models.toml"
        return None

    def gallery(self) -> Path | None:
        """The current gallery, where one was sent."""
        return self.file_of(ArtifactKind.GALLERY)

    def planograms(self, fitted: tuple[PlanogramProfile, ...]) -> tuple[PlanogramProfile, ...]:
        """The current plans; a fixture that none was sent for has its `fitted` one."""
        path = self.file_of(ArtifactKind.PLANOGRAM)
        try:
            return fitted if path is None else read_planograms(path).over(fitted)
        except InvalidArtifact as error:
            log.error("%s", error, extra={"action": "artifact-unusable"})
            return fitted

    def price_list(self) -> PriceList | None:
        """The current prices, where some were sent."""
        path = self.file_of(ArtifactKind.PRICE_LIST)
        try:
            return None if path is None else read_price_list(path)
        except InvalidArtifact as error:
            log.error("%s", error, extra={"action": "artifact-unusable"})
            return None

    def on_change(self, kind: ArtifactKind, listener: Callable[[], None]) -> None:
        """From now on `listener` is called, in a thread, when another file became current."""
        self._listeners.append((kind, listener))

    def sight(self) -> tuple[Seen, ...]:
        """What is in use, for the device's own page, and why a wanted version is not."""
        in_use = {name: f"{slot.version}" for name, slot in self.current.items()}
        names = sorted(in_use.keys() | self._problems.keys())
        return tuple(
            Seen(
                en=f"{name}, version",
                zh=f"{name} 版本",
                value=" · ".join(filter(None, (in_use.get(name, "-"), self._problems.get(name)))),
            )
            for name in names
        )

    # --- at start --------------------------------------------------------------------------------

    def take_up(self) -> None:
        """Finds what is current, before any part is built; blocking. What fails its check, or was
        started too often without proving itself, gives way to the one before."""
        for name in sorted(self.slots.pointers(), key=_models_first):
            pointer = self.slots.note_start(name)
            while pointer.current is not None and (reason := self._doubt(pointer)):
                log.error(
                    "%s %d: %s; the one before is taken",
                    name,
                    pointer.current.version,
                    reason,
                    extra={"action": "artifact-fell-back"},
                )
                self._problems[name] = f"version {pointer.current.version}: {reason}"
                pointer = self.slots.fall_back(name, reason)
            if pointer.current is not None:
                self.current[name] = pointer.current
                self._since_s[name] = self.clock.monotonic_s()
        self.slots.sweep()

    def _doubt(self, pointer: Pointer) -> str:
        """Why the current file is not to be used; empty where nothing speaks against it."""
        if pointer.current is None:
            return ""
        if not pointer.is_proved and pointer.starts > STARTS_ALLOWED:
            return f"the agent did not survive {STARTS_ALLOWED} starts with it"
        return self._complaint(pointer.name, pointer.current)

    def _complaint(self, name: str, slot: Slot) -> str:
        check = self.checks.get(slot.kind)
        if check is None:
            return f"this device has no use for a {slot.kind}"
        if not self.slots.holds(slot):
            return "its file is gone"
        try:
            check(name, self.slots.path(slot))
        except Exception as error:
            # Whatever a file does to its check, the device goes on with the one before.
            log.warning(
                "%s %d fails its check",
                name,
                slot.version,
                exc_info=not isinstance(error, AisleError),
                extra={"action": "artifact-check"},
            )
            return str(error) or type(error).__name__
        return ""

    # --- at work ---------------------------------------------------------------------------------

    def add_settings(self) -> None:
        """The hub may wish versions; what holds is reported."""
        self.remote.setting(
            SETTING,
            TypeAdapter(Wanted),
            {},
            self._want,
            report=lambda: {name: slot.version for name, slot in sorted(self.current.items())},
        )
        self.remote.more_facts.append(
            lambda: {PROBLEMS: dict(sorted(self._problems.items()))} if self._problems else {}
        )

    def _want(self, wanted: dict[str, int]) -> None:
        if wanted != self._wanted:
            self._wanted = dict(wanted)
            self._changed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Brings the device to what is wanted, until told to stop. What was wanted before the
        restart is known as soon as the settings are in force."""
        proving = asyncio.create_task(self._prove(stop), name="artifacts-prove")
        stopping = asyncio.create_task(stop.wait(), name="artifacts-stop")
        try:
            wait_s = None
            while not stop.is_set():
                await self._until_changed(stopping, wait_s)
                self._changed.clear()
                bringing = asyncio.create_task(self._bring_all(), name="artifacts-bring")
                await asyncio.wait((bringing, stopping), return_when=asyncio.FIRST_COMPLETED)
                if not bringing.done():
                    bringing.cancel()
                    break
                is_done = bringing.result()
                await asyncio.to_thread(self.slots.sweep, drafts=is_done)
                wait_s = None if is_done else self.retry.wait_s()
                if is_done:
                    self.retry.was_connected(float("inf"))
        finally:
            proving.cancel()
            stopping.cancel()

    async def _until_changed(self, stopping: "asyncio.Task[bool]", longest_s: float | None) -> None:
        changed = asyncio.create_task(self._changed.wait())
        both = (stopping, changed)
        await asyncio.wait(both, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED)
        changed.cancel()

    async def _prove(self, stop: asyncio.Event) -> None:
        """What has been in use for a while without ending the agent has proved itself."""
        while not stop.is_set():
            await pause(stop, self.proved_after_s / 4)
            if stop.is_set():
                return
            now_s = self.clock.monotonic_s()
            for name, slot in list(self.current.items()):
                if now_s - self._since_s.get(name, now_s) >= self.proved_after_s:
                    with suppress(SyncError):
                        await asyncio.to_thread(self.slots.note_proved, name, slot)

    async def _bring_all(self) -> bool:
        """Whether nothing is left to try again later."""
        is_done, wanted = True, self._wanted or {}
        before = (dict(self.current), dict(self._problems))
        for name in [name for name in self.current if name not in wanted]:
            await asyncio.to_thread(self.slots.retire, name)
            await self._changed_to(name, None)
        self._problems = {n: why for n, why in self._problems.items() if n in wanted}
        for name, version in sorted(wanted.items(), key=lambda wish: _models_first(wish[0])):
            is_done &= await self._bring_one(name, version)
        if before != (self.current, self._problems):
            self.remote.report_again()
        return is_done

    async def _bring_one(self, name: str, version: int) -> bool:
        """Whether this wish is settled, one way or the other."""
        pointer = await asyncio.to_thread(self.slots.pointer, name)
        if pointer.current is not None and pointer.current.version == version:
            self._problems.pop(name, None)
            return True
        if reason := pointer.why_not(version):
            self._problems[name] = f"version {version}: {reason}"
            return True
        try:
            await self._install(name, version)
        except (ArtifactRefused, NoRoom, SourceUnreachable) as error:
            # Each of them may be better soon: a new list, more room, a network.
            self._note_problem(name, version, error)
            return False
        except SyncError as error:
            await asyncio.to_thread(self.slots.refuse, name, version, str(error))
            self._note_problem(name, version, error)
            return True
        self._problems.pop(name, None)
        return True

    def _note_problem(self, name: str, version: int, error: SyncError) -> None:
        problem = f"version {version}: {error}"
        if self._problems.get(name) != problem:
            log.warning("%s %s", name, problem, extra={"action": "artifact-not-taken"})
        self._problems[name] = problem

    async def _install(self, name: str, version: int) -> None:
        """Fetches, checks and makes current. Raises SyncError where the version is of no use, and
        its kinds where it may be later."""
        from sync.artifacts.source import ArtifactSource

        credentials = await asyncio.to_thread(self.credentials)
        if credentials is None:
            raise SourceUnreachable("this device has not claimed its place at the hub yet")
        if self.clock.stamp().clock is not ClockState.TRUSTED:
            raise SourceUnreachable("the time is not known: signatures cannot be judged")
        async with ArtifactSource(self.metadata, credentials) as source:
            offer = await source.find(name, version, self.clock.now())
            slot = offer.slot
            if not await asyncio.to_thread(self.slots.holds, slot):
                part = await asyncio.to_thread(self.slots.draft, slot.sha256, offer.need_bytes)
                await source.fetch(offer, part)
                await asyncio.to_thread(
                    lambda: self.slots.fill(slot, is_packed=offer.about.is_packed)
                )
        reach(Failpoint.ARTIFACT_BEFORE_CHECK)
        await asyncio.to_thread(self.slots.note_try, name, version)
        if reason := await asyncio.to_thread(self._complaint, name, slot):
            raise SyncError(reason)
        await asyncio.to_thread(self.slots.make_current, name, slot)
        reach(Failpoint.ARTIFACT_AFTER_CURRENT)
        log.info("%s %d is current", name, version, extra={"action": "artifact-current"})
        await self._changed_to(name, slot)

    async def _changed_to(self, name: str, slot: Slot | None) -> None:
        before = self.current.pop(name, None)
        if slot is not None:
            self.current[name] = slot
            self._since_s[name] = self.clock.monotonic_s()
        kinds = {one.kind for one in (before, slot) if one is not None}
        for kind, listener in self._listeners:
            if kind in kinds:
                # One part that cannot take it up now does so at the next start.
                with sparing(log, "%s was not taken up", name, action="artifact-not-used"):
                    await asyncio.to_thread(listener)


def _models_first(name: str) -> tuple[bool, str]:
    """A gallery is judged by the embedding that it will be used with."""
    return (not name.startswith(MODELS), name)
