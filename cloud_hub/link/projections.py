"""What the link itself keeps of events: alarms, references to pictures, declared losses."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.core.trace import by_body
from cloud_hub.link.alarm_events import apply_alarms, trace_alarm
from cloud_hub.link.media_events import apply_media, trace_picture
from sync.events import Alarm, LossDeclared, MediaTaken

PROJECTIONS: Final = (
    Projection(body=Alarm, apply=apply_alarms, trace=trace_alarm),
    Projection(body=MediaTaken, apply=apply_media, trace=trace_picture),
    # Noted in the accounts of its lane as soon as it is read.
    Projection(
        body=LossDeclared,
        apply=None,
        trace=by_body(lambda body: f"loss of {body['first']} to {body['last']}"),
    ),
)
