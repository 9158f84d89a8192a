"""Home: what the chain sells today, what costs it money, how fresh all that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.home.headline import headline
from cloud_hub.boards.problems.row import Freshness, ProblemRow
from cloud_hub.boards.problems.rows import informing, needing, problem_rows
from cloud_hub.boards.problems.scope import snapshot_for, too_warm_stores
from cloud_hub.coolers.temperatures import temperatures
from cloud_hub.core.text import Said
from cloud_hub.fleet.today import offline_stores, store_links
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import Comparison, cells_by_store, compare, figure
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.search import Searches, search
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.sums import Cell, Sums
from cloud_hub.link.tables import StoredEvent
from cloud_hub.reconciliation.lane_accounts import lane_accounts
from cloud_hub.reconciliation.sums import LinkTotals, link_totals
from cloud_hub.sales.metrics import AVERAGE_BASKET, NET_SALES
from cloud_hub.sales.receipts import average_basket, load_sales, net_sales
from cloud_hub.shelf.figures import data_age, photos_of
from cloud_hub.shelf.measures import on_shelf_availability
from cloud_hub.shelf.metrics import ON_SHELF
from cloud_hub.shelf.photos.album import Album
from cloud_hub.shelf.photos.facts import ShelfPhoto
from cloud_hub.shelf.today import photos_today
from cloud_hub.traffic.conversion import conversion
from cloud_hub.traffic.footfall import footfall, load_doors
from cloud_hub.traffic.metrics import CONVERSION, FOOTFALL
from cloud_hub.web.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLine:
    """A store in home's table. `too_warm`: an open alarm says so. A store that the figures leave
    out has none here either."""

    store_id: str
    name: Said
    net_sales: Figure
    conversion: Figure
    on_shelf: Figure
    temperature_c: float | None
    too_warm: bool
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoJourney:
    """The last photo's way here: facings seen in it, the number of its event, and the seconds from
    the event being recorded on the device to the hub holding it."""

    store_id: str
    store_name: Said
    fixture_id: str
    fixture_name: Said
    photo: Photo
    facings: int
    event_number: int
    hub_delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """Everything on home. `local_now` is in the chain's (first store's) zone, `until` its clock
    time as "14:32". `figures`: footfall, conversion, net sales, average basket, on-shelf
    availability. `money_at_stake` is what the problems cost today, None where none has a price."""

    tenant_name: Said
    simulated: bool
    currency: str
    now: datetime
    local_now: datetime
    time_zone: str
    until: str
    headline: Said
    stores_online: int
    stores_total: int
    figures: tuple[Figure, ...]
    problems: tuple[ProblemRow, ...]
    information: tuple[ProblemRow, ...]
    stores: tuple[StoreLine, ...]
    journey: PhotoJourney | None
    books: LinkTotals


def home_view(session: Session, viewer: Viewer, now: datetime, searches: Searches) -> HomeView:
    """Home as `viewer` may see it at `now`. Raises NotYours, NotFound."""
    snapshot = snapshot_for(session, viewer, Permission.SEE_HOME, now)
    chain = snapshot.chain
    away = offline_stores(snapshot)
    here = [store_id for store_id in chain.stores if store_id not in away]
    whole = compare(snapshot, snapshot.read(data_age), here, away)
    cells = _cells(snapshot, whole)
    findings = search(snapshot, searches)
    latest = _latest_photo(snapshot)
    album = Album(
        session,
        chain,
        Naming(viewer, chain),
        now,
        [*(f.photo for f in findings if f.photo), *([latest] if latest else [])],
    )
    rows = problem_rows(snapshot, findings, album)
    figures = tuple(figure(metric, of_metric, whole) for metric, of_metric in cells.items())
    local_now = now.astimezone(chain.zone())
    return HomeView(
        tenant_name=chain.name,
        simulated=chain.simulated,
        currency=chain.currency,
        now=now,
        local_now=local_now,
        time_zone=chain.zone().key,
        until=f"{local_now:%H:%M}",
        headline=headline(snapshot, figures, needing(rows), len(here)),
        stores_online=len(here),
        stores_total=len(chain.stores),
        figures=figures,
        problems=needing(rows),
        information=informing(rows),
        stores=_stores(snapshot, whole, cells),
        journey=_journey(snapshot, album, latest) if latest else None,
        books=link_totals(snapshot.read(lane_accounts)),
    )


def _cells(snapshot: Snapshot, asked: Comparison) -> dict[Metric, Mapping[Cell, Sums]]:
    """Today's and the earlier day's cells of the five figures, in the order they are shown."""
    session, window = snapshot.session, asked.window
    sales = load_sales(session, window)
    doors = load_doors(session, window)
    walked = footfall(doors, window.days)
    photos = photos_of(snapshot, asked)
    return {
        FOOTFALL: walked,
        CONVERSION: conversion(session, window, doors, sales),
        NET_SALES: net_sales(sales),
        AVERAGE_BASKET: average_basket(sales),
        ON_SHELF: on_shelf_availability(photos, asked.chain, window.days, Aspect()),
    }


def _stores(
    snapshot: Snapshot, asked: Comparison, cells: Mapping[Metric, Mapping[Cell, Sums]]
) -> tuple[StoreLine, ...]:
    warm, read = too_warm_stores(snapshot), temperatures(snapshot)
    alone = {metric: cells_by_store(of_metric) for metric, of_metric in cells.items()}
    return tuple(
        StoreLine(
            store_id=store.store_id,
            name=store.name,
            net_sales=figure(
                NET_SALES, alone[NET_SALES][store.store_id], asked.only(store.store_id)
            ),
            conversion=figure(
                CONVERSION, alone[CONVERSION][store.store_id], asked.only(store.store_id)
            ),
            on_shelf=figure(ON_SHELF, alone[ON_SHELF][store.store_id], asked.only(store.store_id)),
            temperature_c=max(
                (
                    read[fixture.fixture_id]
                    for fixture in snapshot.chain.fixtures_of(store.store_id)
                    if fixture.fixture_id in read
                ),
                default=None,
            ),
            too_warm=store.store_id in warm,
            freshness=snapshot.read(store_links)[store.store_id],
        )
        for store in snapshot.chain.stores.values()
    )


def _latest_photo(snapshot: Snapshot) -> ShelfPhoto | None:
    taken = [photo for photos in snapshot.read(photos_today).values() for photo in photos]
    return max(taken, key=lambda photo: photo.taken_at, default=None)


def _journey(snapshot: Snapshot, album: Album, taken: ShelfPhoto) -> PhotoJourney | None:
    device_id, epoch, lane, seq = taken.observation_id.rsplit("/", 3)
    event = snapshot.session.get(
        StoredEvent,
        (snapshot.chain.tenant_id, device_id, int(epoch), int(lane), int(seq)),
    )
    if event is None:
        return None
    return PhotoJourney(
        store_id=taken.store_id,
        store_name=snapshot.chain.stores[taken.store_id].name,
        fixture_id=taken.fixture_id,
        fixture_name=snapshot.chain.fixtures[taken.fixture_id].name,
        photo=album.photo(taken, album.seen(taken)),
        facings=len(taken.facings),
        event_number=int(seq),
        hub_delay_s=max(0.0, (event.received_at - event.recorded_at).total_seconds()),
    )
