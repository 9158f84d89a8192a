"""Coolers that are unlike themselves: a warning days before it is too warm, with its reasons."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.coolers.health.tables import CoolerDay
from cloud_hub.core import wording
from cloud_hub.core.text import NO_WORDS, Amount, Said, Text, in_context
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from device_profiles.store import DeviceKind, LoginRole

COOLER_WARNING = FindingKind(name="cooler-warning", permission=Permission.SEE_FLEET)

STILL_HOLDS = timedelta(days=3)
"""A verdict that is older tells nothing of today."""
REASONS_SHOWN = 3

_SENTENCE = Text("{store}: {cooler} may fail, since {since}: {reasons}.")
_TASK = Text("{store}: look at {cooler}: {reasons}")
_BUTTON = in_context("button", "I look at it")
_JOINED = Text("{first}; {rest}")
_REASONS: dict[str, Text] = {
    "night_duty": Text(
        "in the quieter hours of the night its compressor ran {value} of the time, {usual} in the"
        " weeks before"
    ),
    "day_duty": Text(
        "in the quieter hours of the day its compressor ran {value} of the time, {usual} in the"
        " weeks before"
    ),
    "night_c": Text("at night it is {value} °C instead of {usual} °C"),
    "day_c": Text("by day it is {value} °C instead of {usual} °C"),
    "pull_down_min": Text("pull-down after a defrost {value} min instead of {usual}"),
}


def find_cooler_warnings(snapshot: Snapshot) -> Iterator[Finding]:
    """Every cooler whose newest verdict is a warning."""
    newest: dict[str, CoolerDay] = {}
    rows = snapshot.session.scalars(
        sa.select(CoolerDay)
        .where(
            CoolerDay.tenant_id == snapshot.chain.tenant_id,
            CoolerDay.business_day >= (snapshot.now - STILL_HOLDS).date(),
            CoolerDay.is_judged,
        )
        .order_by(CoolerDay.business_day)
    )
    for row in rows:
        newest[row.fixture_id] = row
    for fixture_id, row in sorted(newest.items()):
        if row.warned_since is not None and fixture_id in snapshot.chain.fixtures:
            yield _finding(snapshot, row)


def _finding(snapshot: Snapshot, row: CoolerDay) -> Finding:
    chain = snapshot.chain
    store, cooler = chain.stores[row.store_id], chain.fixtures[row.fixture_id]
    since = row.warned_since or snapshot.now
    words = {
        "store": store.name,
        "cooler": cooler.name,
        "since": wording.clock(since, store.hours.zone, snapshot.now),
        "reasons": reasons_said(row.reasons),
    }
    return Finding(
        key=f"{COOLER_WARNING}/{row.fixture_id}/{since:%Y%m%d}",
        kind=COOLER_WARNING,
        severity=Severity.PROBLEM,
        sentence=_SENTENCE.filled(**words),
        since=since,
        owner=LoginRole.TECHNICIAN,
        store_id=row.store_id,
        fixture_id=row.fixture_id,
        device_id=next(
            (
                device.device_id
                for device in chain.devices.values()
                if device.fixture_id == row.fixture_id and device.kind == DeviceKind.COOLER.value
            ),
            None,
        ),
        button=_BUTTON,
        task=_TASK.filled(**words),
    )


def reasons_said(reasons: list[Any]) -> Said:
    """The features that changed most, each beside what was usual."""
    said = [
        _REASONS[feature].filled(value=_told(feature, value), usual=_told(feature, usual))
        for feature, value, usual in reasons[:REASONS_SHOWN]
    ]
    joined: Said = said[0] if said else NO_WORDS
    for each in said[1:]:
        joined = _JOINED.filled(first=joined, rest=each)
    return joined


def _told(feature: str, value: float) -> Text | Amount:
    if feature.endswith("_duty"):
        return wording.percent(value)
    return wording.number(value, 1 if feature.endswith("_c") else 0)
