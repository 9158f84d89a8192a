"""One sound body of every kind of event, as JSON data, and what may stand where it should not."""

import json
from collections.abc import Iterator
from typing import Any

AT = "2026-03-04T04:00:00+00:00"
COLA = "09529000090015"
SHA = "0" * 64
LINE = {
    "line": 1,
    "code": COLA,
    "gtin": COLA,
    "description": "Cola",
    "quantity": "1",
    "unit_price": "3.50",
    "discount": "0",
    "amount": "3.50",
    "return_of": {
        "workstation_id": "till-1",
        "business_day": "2026-03-03",
        "sequence": 7,
        "line": 1,
    },
}
PACKS = {"mean": 1.0, "variance": 0.1, "low": 1, "high": 2}
BODIES: dict[str, dict[str, Any]] = {
    "receipt": {
        "workstation_id": "till-1",
        "business_day": "2026-03-04",
        "sequence": 1,
        "ended_at": AT,
        "currency": "CNY",
        "lines": [LINE],
        "tenders": [{"kind": "cash", "amount": "3.50"}],
        "identities": [{"kind": "member", "value": "80012345"}],
        "origin": "till",
    },
    "stock-moved": {
        "gtin": COLA,
        "quantity": "2",
        "from_location": "s01/back-room",
        "to_location": "s01/floor",
        "reason": "refill",
        "moved_at": AT,
        "reference": "d-7",
    },
    "stock-counted": {"gtin": COLA, "location": "s01/floor", "quantity": "5", "counted_at": AT},
    "alarm": {
        "alarm": "too-warm",
        "subject": "s01-cooler",
        "state": "raised",
        "at": AT,
        "value": 9.5,
        "limit": 8.0,
        "detail": "since 20 min",
    },
    "loss-declared": {
        "lost_epoch": 1,
        "lost_lane": 3,
        "first": 1,
        "last": 4,
        "bytes": 100,
        "reason": "quota",
    },
    "state-reported": {"version": 3, "state": {"a": {"b": [1, "x"]}}},
    "command-result": {"command_id": "c-1", "outcome": "done", "detail": "yes"},
    "footfall-audit": {
        "line_id": "door",
        "camera_id": "cam-1",
        "started_at": AT,
        "seconds": 900.0,
        "hand_in": 1,
        "hand_out": 2,
        "counted_in": 1,
        "counted_out": 2,
        "missed": 0,
        "surplus": 0,
        "audited_at": AT,
    },
    "footfall": {
        "line_id": "door",
        "started_at": AT,
        "interval_s": 60,
        "in": [1, 2],
        "out": [0, 1],
        "staff": [0, 0],
        "watched_s": [60.0, 58.5],
        "confidence": [0.9, None],
        "frames_per_s": [10.0, 9.5],
    },
    "zone": {
        "zone_id": "queue",
        "started_at": AT,
        "interval_s": 60,
        "dwell_s": [12.5, 40.0],
        "occupancy_mean": 1.5,
        "occupancy_max": 3,
        "watched_s": 60.0,
        "is_queue": True,
        "queue_mean": 0.5,
        "queue_max": 2,
        "came_from": {"aisle": 1},
        "staff": 1,
        "category": "Drinks",
    },
    "heat": {
        "camera_id": "cam-1",
        "started_at": AT,
        "columns": 4,
        "rows": 3,
        "cells": [[0, 1.5], [11, 20.0]],
        "zones": {"queue": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]},
        "watched_s": 60.0,
    },
    "shelf": {
        "fixture_id": "shelf-1",
        "camera_id": "cam-1",
        "taken_at": AT,
        "photo_sha256": SHA,
        "width_px": 640,
        "height_px": 480,
        "quality": "clear",
        "planogram_id": "p-1",
        "planogram_version": 2,
        "facings": [
            {
                "box": [0.0, 0.0, 20.0, 40.0],
                "gtin": COLA,
                "score": 0.9,
                "slot_id": "A-1-1",
                "certainty": 0.95,
                "candidates": [COLA],
                "stacked": 2,
            }
        ],
        "empty_slots": ["A-1-2"],
        "hidden_slots": ["A-1-3"],
        "baskets": [{"slot_id": "A-1-4", "filled": 0.5, "box": [0.0, 0.0, 9.0, 9.0]}],
        "model": "m-1",
        "took_ms": 12.5,
    },
    "opening": {
        "fixture_id": "shelf-1",
        "camera_id": "cam-1",
        "before_at": AT,
        "taken_at": AT,
        "before_sha256": SHA,
        "after_sha256": SHA,
        "openings": 1,
        "open_s": 12.0,
        "purpose": "shopping",
        "changes": [{"gtin": COLA, "taken": PACKS, "moved": 1, "untold": 1}],
        "lanes": 4,
        "told_lanes": 3,
        "model": "m-1",
    },
    "cooler": {
        "fixture_id": "shelf-1",
        "started_at": AT,
        "interval_s": 60,
        "temperature_c": [4.5, None],
        "compressor_duty": [0.5, None],
        "door_open_s": [0.0, 3.5],
        "mode": "normal",
    },
    "cart": {
        "session_id": "x-1",
        "started_at": AT,
        "ended_at": AT,
        "items": [LINE],
        "expected_g": 350.0,
        "measured_g": 351.0,
        "verdict": "matches",
    },
    "media": {
        "sha256": SHA,
        "bytes": 1000,
        "media_type": "image/jpeg",
        "width_px": 640,
        "height_px": 480,
        "taken_at": AT,
        "subject": "shelf-1",
    },
}
ODD: tuple[Any, ...] = (
    2**63,
    -(2**70),
    10**400,
    1e300,
    -1e300,
    float("nan"),
    float("inf"),
    "a\0b",
    "\ud800",
    "x" * 5000,
    "9" * 5000,
    "1e999999",
    "-Infinity",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01",
    "9999-12-31",
    "２０２６-03-04",
    [0] * 5000,
    {"\0": 1},
    {str(number): 0 for number in range(2000)},
    None,
    True,
    "",
    -1,
    [],
    {},
)
"""What no field should be harmed by: most of it is refused, the rest is harmless there."""

Path = tuple[str | int, ...]


def leaves(value: Any, at: Path = ()) -> Iterator[Path]:
    """The way to every part of JSON data, whole lists and objects included."""
    if at:
        yield at
    items = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else items:
        yield from leaves(inner, (*at, key))


def with_odd(body: dict[str, Any], at: Path, odd: Any) -> dict[str, Any]:
    """A copy of `body` with `odd` at a place."""
    made: dict[str, Any] = json.loads(json.dumps(body))
    inner: Any = made
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = odd
    return made
