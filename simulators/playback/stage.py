"""Everything a demonstration needs before its first process starts: places, ports, time, pasts."""

import os
import secrets
import socket
import tempfile
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from device_profiles.store import ChainProfile, DeviceKind
from simulators.chain.chain import TENANT_ID, Outlet, build_chain, device_id, outlets
from simulators.chain.script import Script
from simulators.core.clock import DemoTime, demo_time
from simulators.core.errors import AddressInUse, FolderUnusable, SimulatorError
from simulators.core.places import Places
from simulators.day.photos import PhotoDue, photos_of_today
from simulators.day.problems import PROBLEMS, planted_in
from simulators.day.queues import QueueHour, queue_hours, waits_of
from simulators.day.store_day import StoreSimulation
from simulators.day.truth import Truth
from simulators.playback.journal import StoreJournal, journal_of
from simulators.playback.live import LiveStore
from simulators.playback.lobby_day import LobbyCooler
from sync.core.clock import EARLIEST_BELIEVABLE, LATEST_BELIEVABLE, SystemClock
from sync.events import Receipt

PRIVATE_FOLDER = 0o700
LISTENED_PORTS = range(15_000, 30_000)


class BadOption(SimulatorError):
    """An option that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What was asked for on the command line. `at`: when it shall be at the start, if not now."""

    stores: int
    host: str
    port: int
    data: Path | None
    lasts_s: float | None
    seed: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One demonstration's chain, script, places, and the clock that all of it goes by."""

    options: DemoOptions
    clock: SystemClock
    time: DemoTime
    outlets: tuple[Outlet, ...]
    script: Script
    chain: ChainProfile
    places: Places
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasts:
    """What every store has behind it when the demonstration begins."""

    stores: tuple[LiveStore, ...]
    lobbies: tuple[LobbyCooler, ...]
    journals: dict[str, StoreJournal]
    photos: dict[str, list[PhotoDue]]

    def lobby_of(self, device_id: str) -> LobbyCooler | None:
        """The lobby cooler that a device watches."""
        return next((lobby for lobby in self.lobbies if lobby.device_id == device_id), None)

    @property
    def events(self) -> int:
        """How many events the history holds, photos left out."""
        return sum(
            len(entries)
            for journal in self.journals.values()
            for entries in journal.entries.values()
        )


def clock_at(at: datetime | None) -> SystemClock:
    """The machine's clock, or one by which it is `at` now and which goes on as the machine's does.

    Raises BadOption for a moment that devices would take for a wrong clock's.
    """
    machine = SystemClock()
    if at is None:
        return machine
    if not EARLIEST_BELIEVABLE <= at <= LATEST_BELIEVABLE:
        raise BadOption(
            f"devices take {at:%Y-%m-%d} for a wrong clock's; give --at a moment from"
            f" {EARLIEST_BELIEVABLE:%Y-%m-%d} to {LATEST_BELIEVABLE:%Y-%m-%d}"
        )
    return SystemClock(ahead=machine.ahead + (at - machine.now()))


def set_stage(options: DemoOptions, clock: SystemClock) -> Stage:
    """The stage for a start at what `clock` says; its folder exists and is empty.

    Raises BadOption, AddressInUse or FolderUnusable with one line.
    """
    try:
        chosen = outlets(options.stores)
    except ValueError as error:
        raise BadOption(str(error)) from error
    check_address_is_free(options.host, options.port)
    places = Places(root=prepare_folder(options.data))
    time = demo_time(clock.now())
    names = tuple(outlet.store_id for outlet in chosen)
    planted = [problem for problem in PROBLEMS if set(problem.stores) & set(names)]
    return Stage(
        options=options,
        clock=clock,
        time=time,
        outlets=chosen,
        script=planted_in(names, time),
        chain=build_chain(chosen, time, secrets.token_bytes(32)),
        places=places,
        truth=Truth(
            seed=options.seed, time=time, tenant_id=TENANT_ID, stores=names, problems=planted
        ),
    )


def play_pasts(stage: Stage) -> Pasts:
    """Fourteen days and today so far, of every store; the truth of it is in `stage.truth`."""
    journals: dict[str, StoreJournal] = {}
    stores: list[LiveStore] = []
    for outlet in stage.outlets:
        simulation = StoreSimulation(outlet, stage.time, stage.script, stage.options.seed)
        days = [simulation.play(day) for day in stage.time.history()]
        journal = journal_of(outlet, days, stage.time, stage.script, stage.options.seed)
        journals[outlet.store_id] = journal
        _note_truth(stage.truth, journal)
        cooler = device_id(outlet.store_id, DeviceKind.COOLER)
        is_real = DeviceKind.COOLER in outlet.real
        stores.append(
            LiveStore(
                outlet=outlet,
                simulation=simulation,
                days=days[-1:],
                cooler_folder=stage.places.device(cooler) if is_real else None,
            )
        )
    photos = {
        outlet.store_id: photos_of_today(outlet, stage.time, stage.script)
        for outlet in stage.outlets
    }
    stage.truth.facts["queues"] = {
        store.store_id: [asdict(hour) for hour in _queue_hours(stage, store)] for store in stores
    }
    stage.truth.photos += [photo for of_store in photos.values() for photo in of_store]
    return Pasts(
        stores=tuple(stores),
        lobbies=_play_lobbies(stage, journals),
        journals=journals,
        photos=photos,
    )


def _queue_hours(stage: Stage, store: LiveStore) -> list[QueueHour]:
    """Today's true queue; none where the device has no zone, for its disk is small."""
    if any(disk.store_id == store.store_id for disk in stage.script.small_disks):
        return []
    return queue_hours(waits_of(store.days[-1].visits), stage.time.today, stage.time)


def _play_lobbies(stage: Stage, journals: dict[str, StoreJournal]) -> tuple[LobbyCooler, ...]:
    """The lobby coolers after today's openings so far; what their controllers read is in
    `journals`."""
    lobbies = tuple(
        LobbyCooler(planted, stage.time, stage.options.seed) for planted in stage.script.unattended
    )
    for lobby in lobbies:
        lobby.play_past()
        entries = lobby.readings(stage.options.seed)
        journals[lobby.store_id].entries[lobby.device_id] = entries
    return lobbies


def _note_truth(truth: Truth, journal: StoreJournal) -> None:
    for entries in journal.entries.values():
        for entry in entries:
            if isinstance(entry.body, Receipt):
                truth.add_receipt(journal.store_id, entry.body)
    for day, minutes in journal.minutes.items():
        truth.add_minutes(journal.store_id, day, minutes)
        truth.lose_minutes(journal.store_id, day, journal.given_up[day])


def check_address_is_free(host: str, port: int) -> None:
    """Raises AddressInUse where nobody can listen at `host`:`port`."""
    try:
        with closing(socket.create_server((host, port))):
            return
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise AddressInUse(
            f"cannot listen on {host}:{port}: {reason}; give another --http HOST:PORT"
        ) from error


def free_ports(count: int, *, but: Collection[int] = ()) -> list[int]:
    """Ports of 127.0.0.1 on which nobody listens now, all different, and none of `but`, on which
    somebody soon will. Below the range from which outgoing connections take theirs: they shall
    still be free when a process begins to listen."""
    free: list[int] = []
    while len(free) < count:
        port = secrets.choice(LISTENED_PORTS)
        with suppress(OSError), closing(socket.create_server(("127.0.0.1", port))):
            if port not in (*free, *but):
                free.append(port)
    return free


def prepare_folder(wanted: Path | None) -> Path:
    """An empty folder for a demonstration, `wanted` or a new temporary one, for this user alone.

    Raises FolderUnusable where it cannot be made or written, or holds something already.
    """
    if wanted is None:
        return Path(tempfile.mkdtemp(prefix="aisle-demo-"))
    try:
        wanted.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        holds_something = any(wanted.iterdir())
    except OSError as error:
        raise FolderUnusable(
            f"cannot use folder {wanted}: {(error.strerror or str(error)).lower()};"
            " give another --data DIR"
        ) from error
    if holds_something:
        raise FolderUnusable(
            f"folder {wanted} is not empty: a demonstration begins anew each time;"
            " give an empty or new --data DIR"
        )
    if not os.access(wanted, os.W_OK | os.X_OK):
        raise FolderUnusable(f"cannot write in folder {wanted}; give another --data DIR")
    return wanted.resolve()
