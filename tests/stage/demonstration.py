"""A demonstration of one small store, its places and its clock, before anything of it runs."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from device_profiles.store import DeviceKind
from simulators.chain.chain import Outlet, build_chain, outlets
from simulators.chain.script import Script
from simulators.day.footfall import DoorMinute, footfall_of
from simulators.day.store_day import StoreSimulation
from simulators.playback.fleet import Fleet
from simulators.playback.journal import Entry
from simulators.playback.stage import DemoOptions, Stage, clock_at, set_stage
from sync.events import Receipt, StockMoved
from sync.outbox.outbox import Acknowledged

NOW = datetime(2026, 11, 22, 9, 32, tzinfo=UTC)
COLA = "06901234000016"


def options(folder: Path, **given: object) -> DemoOptions:
    """What the smallest demonstration asks for."""
    usual = {"stores": 1, "host": "127.0.0.1", "port": 0, "data": folder, "lasts_s": None}
    return DemoOptions(**(usual | {"seed": 3} | given))


def outlet_of(store_id: str, *real: DeviceKind) -> Outlet:
    """A store of the chain whose devices of these kinds run as agents of their own."""
    found = next(one for one in outlets(8) if one.store_id == store_id)
    return replace(found, real=frozenset(real), has_lobby_cooler=False)


def stage_of(folder: Path, outlet: Outlet, script: Script | None = None) -> Stage:
    """The stage of that store alone, where nothing goes wrong but what the script says."""
    stage = set_stage(options(folder), clock_at(NOW))
    return replace(
        stage,
        outlets=(outlet,),
        script=script or Script(),
        chain=build_chain((outlet,), stage.time, b"key"),
    )


def moved(at: datetime, units: int = 1) -> Entry:
    """Goods that a till booked at that moment."""
    body = StockMoved(
        gtin=COLA,
        quantity=Decimal(units),
        from_location="s01/back",
        to_location="s01/floor",
        reason="refill",
        moved_at=at,
    )
    return Entry(at=at, body=body)


def sold(outlet: Outlet, stage: Stage) -> list[Entry]:
    """The receipts of the store's today so far."""
    day = StoreSimulation(outlet, stage.time, stage.script, 7).play(stage.time.today)
    return [
        Entry(at=record.at, body=record.body)
        for record in day.records
        if isinstance(record.body, Receipt) and record.at <= stage.time.started_at
    ]


def counted(at: datetime, *, minutes: int = 1, is_given_up: bool = False) -> Entry:
    """What a door counted in the minutes before that moment."""
    first = at - timedelta(minutes=minutes)
    body = footfall_of(
        [
            DoorMinute(starts_at=first + timedelta(minutes=number), entries=1, exits=1, staff=0)
            for number in range(minutes)
        ]
    )
    return Entry(at=at, body=body, is_given_up=is_given_up)


def empty_fleet(stage: Stage) -> Fleet:
    """A fleet that plays nobody yet."""
    return Fleet(clock=stage.clock, rng=Random(1))


def acknowledge_all(fleet: Fleet, device_id: str) -> None:
    """The hub has everything that a played device has produced."""
    outbox = fleet._of(device_id).outbox
    for book in outbox.books():
        if book.waiting:
            ranges = ((book.base, book.produced),)
            outbox.acknowledge(Acknowledged(key=(book.epoch, book.lane), ranges=ranges))


def recorded(stage: Stage, device_id: str, kind: str) -> list[dict]:
    """The bodies of one kind in a device's outbox, in the order in which it recorded them."""
    with closing(sqlite3.connect(stage.places.data(device_id) / "agent.db")) as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = ? ORDER BY lane, seq", (kind,)
        ).fetchall()
    return [json.loads(row[0]) for row in rows]
