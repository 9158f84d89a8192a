"""Alarms as events."""

from datetime import UTC, datetime

from edge_agent.core.alarm_reporting import Guarded, report_alarm
from sync.events import Alarm, AlarmState, Lane

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)


def test_an_alarm_tells_what_stood_since_when_and_the_figure_behind_it() -> None:
    guarded = Guarded(alarm="too-warm", subject="s01-a", value=11.5, limit=8.0, detail="air")
    event = report_alarm(guarded, state=AlarmState.RAISED, at=AT)
    assert (event.alarm, event.subject, event.state, event.at) == (
        "too-warm",
        "s01-a",
        AlarmState.RAISED,
        AT,
    )
    assert (event.value, event.limit, event.detail) == (11.5, 8.0, "air")


def test_an_alarm_goes_by_the_lane_of_alarms_and_reads_back_as_it_was() -> None:
    event = report_alarm(
        Guarded(alarm="disk-full", subject="disk"), state=AlarmState.CLEARED, at=AT
    )
    assert event.lane is Lane.ALERT
    assert Alarm.model_validate_json(event.model_dump_json(by_alias=True)) == event
    assert (event.value, event.limit, event.detail) == (None, None, "")
