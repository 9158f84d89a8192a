"""The metrics of shelf photos: availability, facings, shares, purity, compliance."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Audience, Direction, Filter, Grain, Metric, MetricKind, Unit
from cloud_hub.shelf.measures import (
    Compliance,
    PhotoMeasure,
    measure_on_shelf,
    read_basket_fill,
    read_compliance,
    read_facings,
    read_must_have,
    read_purity,
    read_share,
    read_share_by_width,
)

NO_CLEAR_PHOTO = Text("No data without a clear photo on that day.")
OF_GOODS = frozenset({Filter.BRAND, Filter.FIXTURE})

ON_SHELF = Metric(
    name="on-shelf-availability",
    title=Text("On-shelf availability"),
    kind=MetricKind.RATIO,
    formula=Text(
        "Σ must-have SKU-minutes seen (≥ 1 facing on the fixture that plans the SKU: the main"
        " shelf) / Σ observed must-have SKU-minutes, in opening hours; a photo speaks until the"
        " next one, at most 1.5 photo intervals; unclear pictures and hidden slots leave both "
        "sides"
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=Text("No data without a clear photo that covers the hour."),
    measure=measure_on_shelf,
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
MUST_HAVE_PRESENT = Metric(
    name="must-have-present",
    title=Text("Must-have goods present"),
    kind=MetricKind.RATIO,
    formula=Text(
        "must-have goods that stand anywhere on the fixture whose plan names them / must-have"
        " goods that the last clear photo of the day can judge; must-have are those of the plan's"
        " priority list, and planned goods that the store lists so; a good in a hidden slot, or on"
        " a list while any slot is hidden, leaves both sides"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_must_have),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
FACINGS = Metric(
    name="facings",
    title=Text("Facings"),
    kind=MetricKind.STATE,
    formula=Text(
        "facings of the brand asked about (of every product where none is) on the last clear"
        " photo of each fixture and day; added up over fixtures, never over time; a fixture of"
        " which every slot is hidden says nothing"
    ),
    unit=Unit.FACINGS,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf",),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_facings),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
SHARE_OF_SHELF = Metric(
    name="share-of-shelf",
    title=Text("Share of shelf"),
    kind=MetricKind.RATIO,
    formula=Text(
        "own facings / all product facings, unknown included, on the last clear photo; own: the"
        " brand asked about, else the fixture's owner"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf",),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_share),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
SHARE_OF_SHELF_BY_WIDTH = Metric(
    name="share-of-shelf-by-width",
    title=Text("Share of shelf by width"),
    kind=MetricKind.RATIO,
    formula=Text(
        "own mm / mm of all product facings on the last clear photo, by the products' widths; an"
        " unknown pack counts as wide as the mean of the known ones"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_share_by_width),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
PURITY = Metric(
    name="purity",
    title=Text("Purity"),
    kind=MetricKind.RATIO,
    formula=Text(
        "allowed / (allowed + foreign + unknown) on the last clear photo of a brand's own"
        " fixture; range from unknown all foreign to unknown all allowed; a verdict only when the"
        " whole range is on one side of the target (90 %), else to be reviewed"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_purity),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
COMPLIANCE = Metric(
    name="compliance",
    title=Text("Planogram compliance"),
    kind=MetricKind.RATIO,
    formula=Text(
        "slots right (planned product in its slot, as often as planned) / visible planned slots,"
        " on the last clear photo; hidden slots leave the denominator"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.SLOT)),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
COMPLIANCE_PRESENCE = Metric(
    name="compliance-presence",
    title=Text("Compliance: presence"),
    kind=MetricKind.RATIO,
    formula=Text(
        "visible planned slots whose product stands anywhere on the fixture / visible planned slots"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.PRESENCE)),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
COMPLIANCE_POSITION = Metric(
    name="compliance-position",
    title=Text("Compliance: position"),
    kind=MetricKind.RATIO,
    formula=Text("visible planned slots that hold their product / visible planned slots"),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.POSITION)),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
COMPLIANCE_FACINGS = Metric(
    name="compliance-facings",
    title=Text("Compliance: facings"),
    kind=MetricKind.RATIO,
    formula=Text(
        "visible planned slots with as many facings of their product as planned / visible"
        " planned slots"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.FACINGS)),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
BASKET_FILL = Metric(
    name="basket-fill",
    title=Text("Baskets filled"),
    kind=MetricKind.RATIO,
    formula=Text(
        "Σ share of a basket's floor that goods cover / baskets that could be judged, on the"
        " last clear photo of each chest freezer and day; seen from above, so it says nothing of"
        " how deep they lie; for a brand, its own freezers"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf",),
    no_data=NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_basket_fill),
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)

SHELF_METRICS = (
    ON_SHELF,
    MUST_HAVE_PRESENT,
    FACINGS,
    SHARE_OF_SHELF,
    SHARE_OF_SHELF_BY_WIDTH,
    PURITY,
    COMPLIANCE,
    COMPLIANCE_PRESENCE,
    COMPLIANCE_POSITION,
    COMPLIANCE_FACINGS,
    BASKET_FILL,
)
