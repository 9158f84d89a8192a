"""Minutes at lines and in zones as events."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from edge_agent.pipelines.doors.reporting import (
    HeatMinute,
    LineMinute,
    ZoneMinute,
    report_footfall,
    report_heat,
    report_zone,
)

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
LINE = LineMinute(
    line_id="front",
    role="entrance",
    started_at=AT,
    entries=2,
    exits=1,
    staff=3,
    watched_s=59.96,
    confidence=0.8765,
    frames_per_s=9.96,
    simulated=True,
)
ZONE = ZoneMinute(
    zone_id="queue",
    started_at=AT,
    dwell_s=(12.34, 5.0),
    occupancy_mean=1.2345,
    occupancy_max=3,
    watched_s=60.0,
    is_queue=True,
    queue_mean=0.999,
    queue_max=2,
    came_from={"goods": 1},
    staff=0,
    category="Drinks",
    simulated=False,
)


def test_a_minute_of_a_line_tells_who_crossed_and_how_well_it_was_watched() -> None:
    event = report_footfall(LINE)
    assert (event.in_, event.out, event.staff) == ((2,), (1,), (3,))
    assert (event.watched_s, event.confidence, event.frames_per_s) == ((60.0,), (0.88,), (10.0,))
    assert (event.line_id, event.role, event.interval_s, event.simulated) == (
        "front",
        "entrance",
        60,
        True,
    )


def test_where_nobody_crossed_nothing_is_said_of_how_sure_that_is() -> None:
    event = report_footfall(replace(LINE, entries=0, exits=0, staff=0, confidence=None))
    assert (event.in_, event.confidence) == ((0,), (None,))


def test_on_the_wire_those_who_came_in_are_called_in() -> None:
    assert json.loads(report_footfall(LINE).model_dump_json(by_alias=True))["in"] == [2]


def test_a_minute_of_a_zone_tells_stays_to_a_tenth_and_means_to_a_hundredth() -> None:
    event = report_zone(ZONE)
    assert event.dwell_s == (12.3, 5.0)
    assert (event.occupancy_mean, event.queue_mean) == (1.23, 1.0)
    assert (event.occupancy_max, event.queue_max, event.is_queue) == (3, 2, True)
    assert (event.came_from, event.category) == ({"goods": 1}, "Drinks")


def test_a_floor_map_tells_its_cells_in_their_order() -> None:
    event = report_heat(
        HeatMinute(
            camera_id="door-1",
            started_at=AT,
            columns=16,
            rows=9,
            cells={40: 1.26, 3: 57.0},
            zones={"queue": ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))},
            watched_s=57.03,
            simulated=False,
        )
    )
    assert event.cells == ((3, 57.0), (40, 1.3))
    assert (event.columns, event.rows, event.watched_s) == (16, 9, 57.0)
    assert event.zones["queue"][2] == (1.0, 1.0)
