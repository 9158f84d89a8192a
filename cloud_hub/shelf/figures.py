"""Shelf figures from photos that are in memory already."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cloud_hub.fleet.today import store_links
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import Comparison, DataAge, figure
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.sums import Cell, Sums
from cloud_hub.shelf.measures import (
    PhotoMeasure,
    Photos,
    by_last_photo,
    on_shelf_availability,
    window_photos,
)
from cloud_hub.shelf.today import photos_today


def photo_at(snapshot: Snapshot) -> dict[str, datetime]:
    """When the oldest of each store's fixtures' last clear pictures of today was taken."""
    found: dict[str, datetime] = {}
    for photos in snapshot.read(photos_today).values():
        last = next((photo for photo in reversed(photos) if photo.is_clear), None)
        if last is not None:
            before = found.get(last.store_id, last.taken_at)
            found[last.store_id] = min(before, last.taken_at)
    return found


def data_age(snapshot: Snapshot) -> DataAge:
    """How new what is here of each store is."""
    links = snapshot.read(store_links)
    return DataAge(
        data_at={store_id: each.data_at for store_id, each in links.items()},
        photo_at=photo_at(snapshot),
    )


def photos_of(snapshot: Snapshot, comparison: Comparison) -> Photos:
    """The photos of both days; today's are there already."""
    earlier = comparison.window.cut_to(comparison.earlier.values())
    before = window_photos(snapshot.session, snapshot.chain, earlier, Aspect())
    stores = {day.store_id for day in comparison.today}
    return {
        fixture_id: [*before.get(fixture_id, ()), *snapshot.read(photos_today).get(fixture_id, ())]
        for fixture_id, fixture in snapshot.chain.fixtures.items()
        if fixture.store_id in stores
    }


def shelf_figures(
    metrics: Sequence[Metric], photos: Photos, comparison: Comparison, aspect: Aspect
) -> tuple[Figure, ...]:
    """Shelf metrics over photos that were read already."""
    return tuple(
        figure(
            metric,
            _shelf_cells(metric, photos, comparison, aspect),
            comparison,
            photos_as_of(photos, comparison),
        )
        for metric in metrics
    )


def photos_as_of(photos: Photos, comparison: Comparison) -> datetime | None:
    """When the oldest among the last clear ones of today's photos was taken; None without any."""
    today = {(day.store_id, day.day) for day in comparison.today}
    last = [
        clear[-1].taken_at
        for each in photos.values()
        if (clear := [p for p in each if p.is_clear and (p.store_id, p.day) in today])
    ]
    return min(last, default=None)


def _shelf_cells(
    metric: Metric, photos: Photos, comparison: Comparison, aspect: Aspect
) -> Mapping[Cell, Sums]:
    days = comparison.window.days
    if isinstance(metric.measure, PhotoMeasure):
        asked = {(day.store_id, day.day) for day in days}
        cells = by_last_photo(photos, comparison.chain, aspect, metric.measure.read)
        return {cell: sums for cell, sums in cells.items() if (cell.store_id, cell.day) in asked}
    return on_shelf_availability(photos, comparison.chain, days, aspect)
