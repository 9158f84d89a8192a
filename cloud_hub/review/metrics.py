"""The metrics of recognition itself: how often it is right, how much it names."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Audience, Direction, Grain, Metric, MetricKind, Unit
from cloud_hub.review.accuracy import ENOUGH, measure_accuracy, measure_coverage, wilson
from cloud_hub.shelf.metrics import NO_CLEAR_PHOTO, OF_GOODS

RECOGNITION_ACCURACY = Metric(
    name="recognition-accuracy",
    title=Text("Audited accuracy"),
    kind=MetricKind.RATIO,
    formula=Text(
        "named products that people judged right / named products that people judged, of a"
        " sample drawn by chance from clear photos, judged without knowing the name given; range:"
        " Wilson, 95 %"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "review"),
    no_data=Text("No data below {n} judged products.").filled(n=ENOUGH),
    measure=measure_accuracy,
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
    minimum_base=ENOUGH,
    interval=wilson,
)
RECOGNITION_COVERAGE = Metric(
    name="recognition-coverage",
    title=Text("Named products"),
    kind=MetricKind.RATIO,
    formula=Text(
        "products on clear photos that were named / all products on clear photos, unknown ones"
        " included"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf",),
    no_data=NO_CLEAR_PHOTO,
    measure=measure_coverage,
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)

RECOGNITION_METRICS = (
    RECOGNITION_ACCURACY,
    RECOGNITION_COVERAGE,
)
