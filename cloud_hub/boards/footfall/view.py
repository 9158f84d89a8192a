"""Footfall of the chain: every store's people today, how far each figure can be trusted, and the
hours in which they came, bought and waited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.footfall.floor import HandCount, HourRow, hand_counts, hour_rows
from cloud_hub.boards.problems.row import Freshness, ProblemRow
from cloud_hub.boards.problems.rows import informing, needing, problem_rows
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.text import Said
from cloud_hub.fleet.today import offline_stores, store_links
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import Comparison, cells_by_store, compare, figure
from cloud_hub.insight.finding import Finding
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Searches, search
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.sums import Cell, Sums
from cloud_hub.sales.receipts import load_sales
from cloud_hub.shelf.figures import data_age
from cloud_hub.shelf.photos.album import Album
from cloud_hub.traffic.conversion import conversion
from cloud_hub.traffic.day_findings import STAFF_LEFT_OUT as STAFF_FOUND
from cloud_hub.traffic.footfall import DoorFact, confidence, footfall, load_doors, staff_share
from cloud_hub.traffic.metrics import CONVERSION, FOOTFALL
from cloud_hub.traffic.queue_findings import SLOW_QUEUE
from cloud_hub.traffic.zone_metrics import QUEUE_WAIT_P90, STAFF_LEFT_OUT, ZONE_VISITS
from cloud_hub.traffic.zones import ZoneFact, load_zones, queue_waits, staff_crossings, zone_visits
from device_profiles.camera import LineRole
from device_profiles.store import DeviceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFootfall:
    """One store today. `confidence`: how sure its crossings are; `staff_share` of all crossings of
    entrances; `hand`: the newest clip of an entrance that a person counted; `queue_max`: the most
    who waited at once. None: no data."""

    store_id: str
    name: Said
    footfall: Figure
    conversion: Figure
    wait_p90: Figure
    confidence: float | None
    staff: int | None
    staff_share: float | None
    hand: HandCount | None
    queue_max: int | None
    simulated: bool
    hours: tuple[HourRow, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class FootfallView:
    """Everything on the chain's footfall page. `figures`: footfall, conversion, waiting time of
    nine in ten, zone visits, staff left out; `problems` those of doors and queues."""

    now: datetime
    time_zone: str
    until: str
    figures: tuple[Figure, ...]
    stores: tuple[StoreFootfall, ...]
    problems: tuple[ProblemRow, ...]
    information: tuple[ProblemRow, ...]


def footfall_view(
    session: Session, viewer: Viewer, now: datetime, searches: Searches
) -> FootfallView:
    """The chain's footfall as `viewer` may see it at `now`. Raises NotYours, NotFound."""
    snapshot = snapshot_for(session, viewer, Permission.SEE_FOOTFALL, now)
    chain = snapshot.chain
    away = offline_stores(snapshot)
    here = [store_id for store_id in chain.stores if store_id not in away]
    asked = compare(snapshot, snapshot.read(data_age), here, away)
    doors, zones = load_doors(session, asked.window), load_zones(session, asked.window)
    cells = _cells(session, asked, doors, zones)
    findings = [
        finding for finding in search(snapshot, searches) if _concerns_people(snapshot, finding)
    ]
    album = Album(session, chain, Naming(viewer, chain), now, [])
    rows = problem_rows(snapshot, findings, album)
    return FootfallView(
        now=now,
        time_zone=chain.zone().key,
        until=f"{now.astimezone(chain.zone()):%H:%M}",
        figures=tuple(figure(metric, of, asked) for metric, of in cells.items()),
        stores=_stores(snapshot, asked, doors, zones, cells),
        problems=needing(rows),
        information=informing(rows),
    )


def _cells(
    session: Session, asked: Comparison, doors: list[DoorFact], zones: list[ZoneFact]
) -> dict[Metric, Mapping[Cell, Sums]]:
    window = asked.window
    return {
        FOOTFALL: footfall(doors, window.days),
        CONVERSION: conversion(session, window, doors, load_sales(session, window)),
        QUEUE_WAIT_P90: queue_waits(zones, window.days),
        ZONE_VISITS: zone_visits(zones, doors, window.days),
        STAFF_LEFT_OUT: staff_crossings(doors, window.days),
    }


def _concerns_people(snapshot: Snapshot, finding: Finding) -> bool:
    """Whether a finding is about a door, its camera, or a queue."""
    if finding.kind in (SLOW_QUEUE, STAFF_FOUND):
        return True
    device = snapshot.chain.devices.get(finding.device_id or "")
    return device is not None and device.kind == DeviceKind.DOOR


def _stores(
    snapshot: Snapshot,
    asked: Comparison,
    doors: Sequence[DoorFact],
    zones: Sequence[ZoneFact],
    cells: Mapping[Metric, Mapping[Cell, Sums]],
) -> tuple[StoreFootfall, ...]:
    alone = {metric: cells_by_store(of_metric) for metric, of_metric in cells.items()}
    rows = []
    for store in snapshot.chain.stores.values():
        today = snapshot.day_of(store.store_id)
        mine = {metric: by_store[store.store_id] for metric, by_store in alone.items()}
        doors_today = [fact for fact in doors if _is_of(fact, today)]
        entrances = [
            fact for fact in doors_today if fact.role is LineRole.ENTRANCE and not fact.is_silent
        ]
        queues = [fact for fact in zones if _is_of(fact, today)]
        comparison = asked.only(store.store_id)
        rows.append(
            StoreFootfall(
                store_id=store.store_id,
                name=store.name,
                footfall=figure(FOOTFALL, mine[FOOTFALL], comparison),
                conversion=figure(CONVERSION, mine[CONVERSION], comparison),
                wait_p90=figure(QUEUE_WAIT_P90, mine[QUEUE_WAIT_P90], comparison),
                confidence=confidence(entrances),
                staff=sum(fact.staff for fact in entrances) if entrances else None,
                staff_share=staff_share(entrances),
                hand=_newest_hand(snapshot, today, entrances),
                queue_max=max((f.queue_max for f in queues if f.is_queue), default=None),
                simulated=any(fact.simulated for fact in entrances),
                hours=hour_rows(today, doors_today, mine[CONVERSION], queues),
                freshness=snapshot.read(store_links)[store.store_id],
            )
        )
    return tuple(rows)


def _is_of(fact: DoorFact | ZoneFact, today: StoreDay) -> bool:
    return fact.store_id == today.store_id and fact.day == today.day


def _newest_hand(
    snapshot: Snapshot, today: StoreDay, entrances: Sequence[DoorFact]
) -> HandCount | None:
    lines = {fact.line_id for fact in entrances}
    hands = hand_counts(snapshot.session, today, snapshot.chain.tenant_id)
    known = [hand for line_id, hand in hands.items() if line_id in lines]
    return max(known, key=lambda hand: hand.day, default=None)
