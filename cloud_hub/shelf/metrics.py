"""The metrics of shelf photos: availability, facings, shares, purity, compliance."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Audience, Direction, Filter, Grain, Kind, Metric, Unit
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

NO_CLEAR_PHOTO = Text(
    en="No data without a clear photo on that day.",
    zh="当天没有清晰照片时为无数据。",
)
OF_GOODS = frozenset({Filter.BRAND, Filter.FIXTURE})

ON_SHELF = Metric(
    name="on-shelf-availability",
    title=Text(en="On-shelf availability", zh="在架率"),
    kind=Kind.RATIO,
    formula=Text(
        en="Σ must-have SKU-minutes seen (≥ 1 facing on the fixture that plans the SKU: the main"
        " shelf) / Σ observed must-have SKU-minutes, in opening hours; a photo speaks until the"
        " next one, at most 1.5 photo intervals; unclear pictures and hidden slots leave both "
        "sides",
        zh="必备单品在主货架（计划陈列该单品的设备）上可见（≥ 1 个排面）的分钟数之和 / "
        "已观测的必备单品"
        "分钟数之和，限营业时间；一张照片有效至下一张，最长 1.5 个拍摄间隔；"
        "不清晰的照片和被遮挡的货位"
        "从分子分母同时剔除",
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("shelf", "master data"),
    no_data=Text(
        en="No data without a clear photo that covers the hour.",
        zh="该时段没有清晰照片覆盖时为无数据。",
    ),
    measure=measure_on_shelf,
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)
MUST_HAVE_PRESENT = Metric(
    name="must-have-present",
    title=Text(en="Must-have goods present", zh="必备单品在场率"),
    kind=Kind.RATIO,
    formula=Text(
        en="must-have goods that stand anywhere on the fixture whose plan names them / must-have"
        " goods that the last clear photo of the day can judge; must-have are those of the plan's"
        " priority list, and planned goods that the store lists so; a good in a hidden slot, or on"
        " a list while any slot is hidden, leaves both sides",
        zh="在计划陈列的设备任意位置可见的必备单品 / 当天最后一张清晰照片可判定的必备单品；"
        "必备单品指计划的优先清单所列单品，以及门店列为必备的计划单品；"
        "被遮挡货位的单品，或有货位被遮挡时清单中未见的单品，从分子分母同时剔除",
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
    title=Text(en="Facings", zh="排面"),
    kind=Kind.STATE,
    formula=Text(
        en="facings of the brand asked about (of every product where none is) on the last clear"
        " photo of each fixture and day; added up over fixtures, never over time",
        zh="每台设备每天最后一张清晰照片上所问品牌（未指定则全部）的排面数；按设备相加，"
        "不按时间相加",
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
    title=Text(en="Share of shelf", zh="货架占比"),
    kind=Kind.RATIO,
    formula=Text(
        en="own facings / all product facings, unknown included, on the last clear photo; own: the"
        " brand asked about, else the fixture's owner",
        zh="最后一张清晰照片上自有排面 / 全部商品排面（含未识别）；自有 = 所问品牌，"
        "未指定则为设备所属品牌",
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
    title=Text(en="Share of shelf by width", zh="货架占比（按宽度）"),
    kind=Kind.RATIO,
    formula=Text(
        en="own mm / mm of all product facings on the last clear photo, by the products' widths; an"
        " unknown pack counts as wide as the mean of the known ones",
        zh="最后一张清晰照片上自有宽度（毫米）/ 全部商品排面宽度，按商品资料宽度；"
        "未识别按已识别均宽计",
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
    title=Text(en="Purity", zh="纯净度"),
    kind=Kind.RATIO,
    formula=Text(
        en="allowed / (allowed + foreign + unknown) on the last clear photo of a brand's own"
        " fixture; range from unknown all foreign to unknown all allowed; a verdict only when the"
        " whole range is on one side of the target (90 %), else to be reviewed",
        zh="品牌自有设备最后一张清晰照片上：允许 /（允许 + 外来 + 未识别）；"
        "区间从“未识别全为外来”到"
        "“未识别全为允许”；整个区间在目标（90%）同一侧才下结论，否则待复核",
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
    title=Text(en="Planogram compliance", zh="陈列合规"),
    kind=Kind.RATIO,
    formula=Text(
        en="slots right (planned product in its slot, as often as planned) / visible planned slots,"
        " on the last clear photo; hidden slots leave the denominator",
        zh="最后一张清晰照片上正确货位（计划商品在其货位且排面数符合）/ 可见计划货位；"
        "被遮挡货位不计入分母",
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
    title=Text(en="Compliance: presence", zh="陈列合规：在场"),
    kind=Kind.RATIO,
    formula=Text(
        en="visible planned slots whose product stands anywhere on the fixture / visible planned"
        " slots",
        zh="计划商品出现在设备任意位置的可见货位 / 可见计划货位",
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
    title=Text(en="Compliance: position", zh="陈列合规：位置"),
    kind=Kind.RATIO,
    formula=Text(
        en="visible planned slots that hold their product / visible planned slots",
        zh="摆放计划商品的可见货位 / 可见计划货位",
    ),
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
    title=Text(en="Compliance: facings", zh="陈列合规：排面数"),
    kind=Kind.RATIO,
    formula=Text(
        en="visible planned slots with as many facings of their product as planned / visible"
        " planned slots",
        zh="计划商品排面数符合要求的可见货位 / 可见计划货位",
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
    title=Text(en="Baskets filled", zh="冰柜篮筐装满率"),
    kind=Kind.RATIO,
    formula=Text(
        en="Σ share of a basket's floor that goods cover / baskets that could be judged, on the"
        " last clear photo of each chest freezer and day; seen from above, so it says nothing of"
        " how deep they lie; for a brand, its own freezers",
        zh="每台卧式冰柜每天最后一张清晰照片上：各篮筐底面被商品覆盖的比例之和 / 可判断的篮筐数；"
        "俯视所见，不代表堆放深度；品牌只看自有冰柜",
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
