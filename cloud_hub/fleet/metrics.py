"""The metrics of devices: linked, and at work."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.fleet.uptime import measure_connected, measure_working
from cloud_hub.insight.metric import Direction, Filter, Grain, Metric, MetricKind, Unit

_NO_DEVICE = Text("No data for a store without a device that ever had a link.")

CONNECTED = Metric(
    name="connected",
    title=Text("Connected"),
    kind=MetricKind.RATIO,
    formula=Text(
        "device-minutes linked to the hub / device-minutes of opening hours since each device's"
        " first link"
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("link",),
    no_data=_NO_DEVICE,
    measure=measure_connected,
    needs=Permission.SEE_FLEET,
    filters=frozenset({Filter.DEVICE}),
)
WORKING = Metric(
    name="working",
    title=Text("Working"),
    kind=MetricKind.RATIO,
    formula=Text(
        "device-minutes of opening hours proven by an event of that hour, also when it came"
        " later / device-minutes of opening hours: two days offline are 0 % connected, 100 %"
        " working once they have come"
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("every event",),
    no_data=_NO_DEVICE,
    measure=measure_working,
    needs=Permission.SEE_FLEET,
    filters=frozenset({Filter.DEVICE}),
)

DEVICE_METRICS = (
    CONNECTED,
    WORKING,
)
