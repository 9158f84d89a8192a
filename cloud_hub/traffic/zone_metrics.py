"""The metrics of the shop floor: queues, zones, people outside, staff left out."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Direction, Grain, Metric, MetricKind, Unit
from cloud_hub.traffic.zones import (
    measure_passers_by,
    measure_queue_length,
    measure_queue_wait,
    measure_staff,
    measure_zone_conversion,
    measure_zone_stay,
    measure_zone_visits,
)

_NO_ZONE = Text("No data for hours in which no such zone or line was watched; never 0.")
_NOBODY = Text("No data where nobody stayed, or the zone was not watched.")
_WAIT = Text(
    "how long each person stayed in a queue zone, from 5 s on (shorter: walked through), of all"
    " single stays that ended in the time asked about; a person hidden for more than 2 s counts"
    " anew"
)

QUEUE_LENGTH = Metric(
    name="queue-length",
    title=Text("Queue length"),
    kind=MetricKind.RATIO,
    formula=Text(
        "person-seconds of waiting (from the fifth second of a stay on) / seconds watched, of"
        " every queue zone"
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("zone",),
    no_data=_NO_ZONE,
    measure=measure_queue_length,
    needs=Permission.SEE_TRAFFIC,
    as_of=True,
)
QUEUE_WAIT = Metric(
    name="queue-wait",
    title=Text("Waiting time, median"),
    kind=MetricKind.QUANTILE,
    formula=Text("median of {what}").filled(what=_WAIT),
    unit=Unit.SECONDS,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("zone",),
    no_data=_NOBODY,
    measure=measure_queue_wait,
    needs=Permission.SEE_TRAFFIC,
    as_of=True,
)
QUEUE_WAIT_P90 = Metric(
    name="queue-wait-p90",
    title=Text("Waiting time, nine of ten"),
    kind=MetricKind.QUANTILE,
    formula=Text("90th percentile of {what}").filled(what=_WAIT),
    unit=Unit.SECONDS,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("zone",),
    no_data=_NOBODY,
    measure=measure_queue_wait,
    needs=Permission.SEE_TRAFFIC,
    quantile=0.9,
    as_of=True,
)
ZONE_VISITS = Metric(
    name="zone-visits",
    title=Text("Zone visits"),
    kind=MetricKind.FLOW,
    formula=Text(
        "Σ visits to zones that are no queues + Σ crossings inwards of inner lines; staff left out"
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("zone", "footfall"),
    no_data=_NO_ZONE,
    measure=measure_zone_visits,
    needs=Permission.SEE_TRAFFIC,
    as_of=True,
)
ZONE_STAY = Metric(
    name="zone-dwell",
    title=Text("Zone dwell, median"),
    kind=MetricKind.QUANTILE,
    formula=Text("median of how long each visit to a zone that is no queue lasted"),
    unit=Unit.SECONDS,
    grain=Grain.HOUR,
    direction=Direction.NEITHER,
    sources=("zone",),
    no_data=_NOBODY,
    measure=measure_zone_stay,
    needs=Permission.SEE_TRAFFIC,
    as_of=True,
)
ZONE_CONVERSION = Metric(
    name="zone-conversion",
    title=Text("Zone conversion"),
    kind=MetricKind.RATIO,
    formula=Text(
        "sale receipts with goods of the zone's category / visits to the zone, over the quarters"
        " of an hour in which it was watched for nine tenths"
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("zone", "receipt", "master data"),
    no_data=Text("No data below 20 visits, by hour and in all."),
    measure=measure_zone_conversion,
    needs=Permission.SEE_TRAFFIC,
    minimum_base=20,
    as_of=True,
)
PASSERS_BY = Metric(
    name="passers-by",
    title=Text("Passers-by"),
    kind=MetricKind.FLOW,
    formula=Text("Σ crossings of lines marked outside, both directions; they are no footfall"),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("footfall",),
    no_data=_NO_ZONE,
    measure=measure_passers_by,
    needs=Permission.SEE_TRAFFIC,
    as_of=True,
)
STAFF_LEFT_OUT = Metric(
    name="staff-left-out",
    title=Text("Staff left out"),
    kind=MetricKind.FLOW,
    formula=Text(
        "Σ crossings of entrances, both directions, by people seen in a staff zone before, or"
        " while the store is closed (opening hours ± 15 min)"
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.NEITHER,
    sources=("footfall",),
    no_data=_NO_ZONE,
    measure=measure_staff,
    needs=Permission.SEE_TRAFFIC,
    as_of=True,
)

FLOOR_METRICS = (
    QUEUE_LENGTH,
    QUEUE_WAIT,
    QUEUE_WAIT_P90,
    ZONE_VISITS,
    ZONE_STAY,
    ZONE_CONVERSION,
    PASSERS_BY,
    STAFF_LEFT_OUT,
)
