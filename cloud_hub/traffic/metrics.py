"""The metrics of the doors: who comes in, and how many of them buy."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Direction, Grain, Kind, Metric, Unit
from cloud_hub.traffic.conversion import measure_conversion
from cloud_hub.traffic.footfall import measure_estimated_footfall, measure_footfall

_NO_WATCH = Text(
    en="No data for hours in which no entrance was watched; never 0.",
    zh="出入口未被有效观测的时段为无数据，绝不记为 0。",
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
    needs=Permission.SEE_TRAFFIC,
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
    needs=Permission.SEE_TRAFFIC,
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
    needs=Permission.SEE_TRAFFIC,
    minimum_base=20,
    as_of=True,
)

TRAFFIC_METRICS = (
    FOOTFALL,
    FOOTFALL_ESTIMATED,
    CONVERSION,
)
