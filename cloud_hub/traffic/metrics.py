"""The metrics of the doors: who comes in, and how many of them buy."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Direction, Grain, Metric, MetricKind, Unit
from cloud_hub.traffic.conversion import measure_conversion
from cloud_hub.traffic.footfall import measure_estimated_footfall, measure_footfall

_NO_WATCH = Text("No data for hours in which no entrance was watched; never 0.")

FOOTFALL = Metric(
    name="footfall",
    title=Text("Footfall"),
    kind=MetricKind.FLOW,
    formula=Text(
        "Σ entries at doors marked entrance, opening hours ± 15 min; inner lines never count,"
        " staff are left out and shown; coverage = watched / opening seconds of every entrance"
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("footfall",),
    no_data=_NO_WATCH,
    measure=measure_footfall,
    needs=Permission.SEE_TRAFFIC,
    as_of=True,
)
FOOTFALL_ESTIMATED = Metric(
    name="footfall-estimated",
    title=Text("Footfall, estimated"),
    kind=MetricKind.FLOW,
    formula=Text(
        "measured footfall / watched share, where each hour's share weighs as many people as"
        " the hour usually has: the mean of its fully watched ones of that day and the four weeks"
        " before, of the other hours where it has none; coverage = that share; never mixed with"
        " measured footfall"
    ),
    unit=Unit.PEOPLE,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("footfall",),
    no_data=Text("No data when less than 70 % was watched."),
    measure=measure_estimated_footfall,
    needs=Permission.SEE_TRAFFIC,
    version=2,
    minimum_coverage=0.7,
    as_of=True,
)
CONVERSION = Metric(
    name="conversion",
    title=Text("Conversion"),
    kind=MetricKind.RATIO,
    formula=Text(
        "sale receipts (no return, void, no-sale, pick-up, cabinet) in watched minutes / entries"
        " in the same minutes; a minute is watched when every entrance was, for 54 s of it;"
        " coverage = that of the doors or of the tills, whichever is less; above 100 % is shown"
        " and flagged"
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt", "footfall"),
    no_data=Text("No data below 20 entries, by hour and in all."),
    measure=measure_conversion,
    needs=Permission.SEE_TRAFFIC,
    minimum_base=20,
    as_of=True,
)

TRAFFIC_METRICS = (
    FOOTFALL,
    FOOTFALL_ESTIMATED,
    CONVERSION,
)
