"""Every metric there is. The API, the pages, the exports and docs/metrics.md read this table."""

from cloud_hub.metrics.conversion import measure_conversion
from cloud_hub.metrics.definition import Direction, Grain, Kind, Metric, Unit
from cloud_hub.metrics.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.metrics.floor_metrics import FLOOR_METRICS
from cloud_hub.metrics.footfall import measure_estimated_footfall, measure_footfall
from cloud_hub.metrics.goods import measure_return_rate, measure_sell_out
from cloud_hub.metrics.recognition import ENOUGH, measure_accuracy, measure_coverage, wilson
from cloud_hub.metrics.sales import (
    measure_average_basket,
    measure_member_rate,
    measure_net_sales,
    measure_sales_per_m2,
    measure_units_per_transaction,
)
from cloud_hub.metrics.shelf import (
    Compliance,
    PhotoMeasure,
    measure_on_shelf,
    read_compliance,
    read_facings,
    read_must_have,
    read_purity,
    read_share,
    read_share_by_width,
)
from cloud_hub.metrics.uptime import measure_connected, measure_working
from cloud_hub.text import Text

_NO_TILL = Text(
    en="No data for hours in which no till of the store is known; a known hour without sales is 0.",
    zh="门店收银数据未到的时段为无数据；已知而无销售的时段为 0。",
)
_NO_RECEIPTS = Text(
    en="No data without a sale receipt.",
    zh="没有销售小票时为无数据。",
)
_NO_CLEAR_PHOTO = Text(
    en="No data without a clear photo on that day.",
    zh="当天没有清晰照片时为无数据。",
)
_NO_WATCH = Text(
    en="No data for hours in which no entrance was watched; never 0.",
    zh="出入口未被有效观测的时段为无数据，绝不记为 0。",
)
_NO_DEVICE = Text(
    en="No data for a store without a device that ever had a link.",
    zh="没有任何设备连接过的门店为无数据。",
)

FOOTFALL = Metric(
    name="footfall",
    title=Text(en="Footfall", zh="客流"),
    kind=Kind.FLOW,
    formula=Text(
        en="Σ entries at doors marked entrance, opening hours ± 15 min; inner lines never count,"
        " staff are left out and shown; coverage = watched / opening seconds of every entrance",
        zh="标为出入口的门的进入人数之和，营业时间前后各放宽 15 分钟；内部线不计，"
        "员工剔除并单独显示；"
        "覆盖率 = 各出入口有效观测秒数 / 营业秒数",
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("footfall",),
    no_data=_NO_WATCH,
    measure=measure_footfall,
)
FOOTFALL_ESTIMATED = Metric(
    name="footfall-estimated",
    title=Text(en="Footfall, estimated", zh="客流（推算）"),
    kind=Kind.FLOW,
    formula=Text(
        en="measured footfall / watched share, where each hour's share weighs as many people as"
        " the hour usually has; never mixed with measured footfall",
        zh="实测客流 / 有效观测占比，各小时按其平常人数加权；与实测客流分开，不混用",
    ),
    unit=Unit.PEOPLE,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("footfall",),
    no_data=Text(en="No data when less than 70 % was watched.", zh="有效观测不足 70% 时为无数据。"),
    measure=measure_estimated_footfall,
    minimum_coverage=0.7,
)
CONVERSION = Metric(
    name="conversion",
    title=Text(en="Conversion", zh="转化率"),
    kind=Kind.RATIO,
    formula=Text(
        en="sale receipts (no return, void, no-sale, pick-up, cabinet) in watched minutes / entries"
        " in the same minutes; a minute is watched when every entrance was, for 54 s of it;"
        " above 100 % is shown and flagged",
        zh="有效观测分钟内的销售小票数（不含退货、作废、无销售、提货、无人柜）/ "
        "同一分钟内的进入人数；"
        "每个出入口在该分钟内观测满 54 秒才算有效；超过 100% 照实显示并标记",
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt", "footfall"),
    no_data=Text(
        en="No data below 20 entries, by hour and in all.",
        zh="进入人数不足 20 时为无数据（按小时及合计）。",
    ),
    measure=measure_conversion,
    minimum_base=20,
    as_of=True,
)
NET_SALES = Metric(
    name="net-sales",
    title=Text(en="Net sales", zh="净销售额"),
    kind=Kind.FLOW,
    formula=Text(
        en="sales − returns, each by the business day (04:00 to 04:00) it happened; a line counts"
        " what the shopper paid: after discount, tax and deposit included, as rounded by the till",
        zh="销售 − 退货，各按发生的营业日（04:00 至次日 04:00）计；每行按顾客实付计：折后、含税、"
        "含押金，"
        "按收银机取整",
    ),
    unit=Unit.MONEY,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt",),
    no_data=_NO_TILL,
    measure=measure_net_sales,
    as_of=True,
)
AVERAGE_BASKET = Metric(
    name="average-basket",
    title=Text(en="Average basket", zh="客单价"),
    kind=Kind.RATIO,
    formula=Text(en="net value of sale receipts / sale receipts", zh="销售小票净额 / 销售小票数"),
    unit=Unit.MONEY,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt",),
    no_data=_NO_RECEIPTS,
    measure=measure_average_basket,
    as_of=True,
)
UNITS_PER_TRANSACTION = Metric(
    name="units-per-transaction",
    title=Text(en="Units per transaction", zh="客单件数"),
    kind=Kind.RATIO,
    formula=Text(
        en="units of sale receipts / sale receipts; a weighed line counts 1",
        zh="销售小票件数 / 销售小票数；称重行计 1 件",
    ),
    unit=Unit.UNITS,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt",),
    no_data=_NO_RECEIPTS,
    measure=measure_units_per_transaction,
    as_of=True,
)
SALES_PER_M2 = Metric(
    name="sales-per-m2",
    title=Text(en="Sales per m²", zh="坪效"),
    kind=Kind.RATIO,
    formula=Text(en="net sales / selling m² / trading day", zh="净销售额 / 营业面积（m²）/ 营业日"),
    unit=Unit.MONEY_PER_M2,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("receipt", "master data"),
    no_data=_NO_TILL,
    measure=measure_sales_per_m2,
    as_of=True,
)
RETURN_RATE = Metric(
    name="return-rate",
    title=Text(en="Return rate", zh="退货率"),
    kind=Kind.RATIO,
    formula=Text(en="value returned / gross sales of the period", zh="退货金额 / 同期销售总额"),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("receipt",),
    no_data=_NO_RECEIPTS,
    measure=measure_return_rate,
    as_of=True,
)
MEMBER_RATE = Metric(
    name="member-rate",
    title=Text(en="Member rate", zh="会员占比"),
    kind=Kind.RATIO,
    formula=Text(
        en="sale receipts that showed an identity / sale receipts",
        zh="出示身份的销售小票数 / 销售小票数",
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt",),
    no_data=_NO_RECEIPTS,
    measure=measure_member_rate,
    as_of=True,
)
SELL_OUT = Metric(
    name="sell-out",
    title=Text(en="Sell-out", zh="动销量"),
    kind=Kind.FLOW,
    formula=Text(
        en="units sold − units returned through tills, of the brand asked about; a weighed line"
        " counts 1",
        zh="所问品牌经收银售出件数 − 退回件数；称重行计 1 件",
    ),
    unit=Unit.UNITS,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt",),
    no_data=_NO_TILL,
    measure=measure_sell_out,
    as_of=True,
)
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_must_have),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_facings),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_share),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_share_by_width),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_purity),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.SLOT)),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.PRESENCE)),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.POSITION)),
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
    no_data=_NO_CLEAR_PHOTO,
    measure=PhotoMeasure(read_compliance(Compliance.FACINGS)),
)
RECOGNITION_ACCURACY = Metric(
    name="recognition-accuracy",
    title=Text(en="Audited accuracy", zh="审核准确率"),
    kind=Kind.RATIO,
    formula=Text(
        en="named products that people judged right / named products that people judged, of a"
        " sample drawn by chance from clear photos, judged without knowing the name given; range:"
        " Wilson, 95 %",
        zh="人工判定正确的已识别商品 / 人工判定的已识别商品；从清晰照片中随机抽样，"
        "判定者不知识别结果；区间：Wilson 95%",
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "review"),
    no_data=Text(
        en=f"No data below {ENOUGH} judged products.", zh=f"判定数不足 {ENOUGH} 时为无数据。"
    ),
    measure=measure_accuracy,
    minimum_base=ENOUGH,
    interval=wilson,
)
RECOGNITION_COVERAGE = Metric(
    name="recognition-coverage",
    title=Text(en="Named products", zh="识别覆盖率"),
    kind=Kind.RATIO,
    formula=Text(
        en="products on clear photos that were named / all products on clear photos, unknown ones"
        " included",
        zh="清晰照片上已识别的商品 / 清晰照片上的全部商品（含未识别）",
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf",),
    no_data=_NO_CLEAR_PHOTO,
    measure=measure_coverage,
)
CONNECTED = Metric(
    name="connected",
    title=Text(en="Connected", zh="在线率"),
    kind=Kind.RATIO,
    formula=Text(
        en="device-minutes linked to the hub / device-minutes of opening hours since each device's"
        " first link",
        zh="设备与中心保持连接的分钟数 / 自设备首次连接起的营业时间设备分钟数",
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("link",),
    no_data=_NO_DEVICE,
    measure=measure_connected,
)
WORKING = Metric(
    name="working",
    title=Text(en="Working", zh="运行率"),
    kind=Kind.RATIO,
    formula=Text(
        en="device-minutes of opening hours proven by an event of that hour, also when it came"
        " later / device-minutes of opening hours: two days offline are 0 % connected, 100 %"
        " working once they have come",
        zh="营业小时内有事件（含事后补传）证明运行的设备分钟数 / 营业时间设备分钟数：断网两天，"
        "补传后在线率"
        " 0%、运行率 100%",
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("every event",),
    no_data=_NO_DEVICE,
    measure=measure_working,
)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        FOOTFALL,
        FOOTFALL_ESTIMATED,
        CONVERSION,
        NET_SALES,
        AVERAGE_BASKET,
        UNITS_PER_TRANSACTION,
        SALES_PER_M2,
        RETURN_RATE,
        MEMBER_RATE,
        SELL_OUT,
        ESTIMATED_SELL_OUT,
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
        RECOGNITION_ACCURACY,
        RECOGNITION_COVERAGE,
        *FLOOR_METRICS,
        CONNECTED,
        WORKING,
    )
}
