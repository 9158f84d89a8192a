"""A clip counted by hand as an event."""

from datetime import UTC, datetime

from edge_agent.pipelines.hand_counts.reporting import HandCount, report_audit
from sync.events import FootfallAudited

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
COUNT = HandCount(
    line_id="front",
    camera_id="door-1",
    started_at=AT,
    seconds=899.96,
    hand_in=40,
    hand_out=38,
    counted_in=39,
    counted_out=38,
    missed=2,
    surplus=1,
    audited_at=AT.replace(hour=5),
)


def test_both_counts_and_what_differs_are_told() -> None:
    event = report_audit(COUNT)
    assert (event.hand_in, event.hand_out) == (40, 38)
    assert (event.counted_in, event.counted_out) == (39, 38)
    assert (event.missed, event.surplus, event.seconds) == (2, 1, 900.0)
    assert (event.line_id, event.camera_id, event.audited_at) == (
        "front",
        "door-1",
        COUNT.audited_at,
    )


def test_it_reads_back_as_it_was() -> None:
    event = report_audit(COUNT)
    assert FootfallAudited.model_validate_json(event.model_dump_json(by_alias=True)) == event
