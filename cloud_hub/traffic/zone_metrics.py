"""The metrics of the shop floor: queues, zones, people outside, staff left out."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Direction, Grain, Kind, Metric, Unit
from cloud_hub.traffic.zones import (
    measure_passers_by,
    measure_queue_length,
    measure_queue_wait,
    measure_staff,
    measure_zone_conversion,
    measure_zone_stay,
    measure_zone_visits,
)

_NO_ZONE = Text(
    en="No data for hours in which no such zone or line was watched; never 0.",
    zh="无此类区域或计数线，或未被有效观测的时段为无数据，绝不记为 0。",
)
_NOBODY = Text(
    en="No data where nobody stayed, or the zone was not watched.",
    zh="无人停留或区域未被有效观测时为无数据。",
)
_WAIT = Text(
    en="how long each person stayed in a queue zone, from 5 s on (shorter: walked through), of all"
    " single stays that ended in the time asked about; a person hidden for more than 2 s counts"
    " anew",
    zh="每人在排队区停留的时长（不足 5 秒视为路过），取所问时段内结束的全部单次停留；"
    "被遮挡超过 2 秒者重新计时",
)

QUEUE_LENGTH = Metric(
    name="queue-length",
    title=Text(en="Queue length", zh="排队人数"),
    kind=Kind.RATIO,
    formula=Text(
        en="person-seconds of waiting (from the fifth second of a stay on) / seconds watched, of"
        " every queue zone",
        zh="各排队区等候的人·秒（停留满 5 秒起计）/ 有效观测秒数",
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("zone",),
    no_data=_NO_ZONE,
    measure=measure_queue_length,
    needs=Permission.SEE_TRAFFIC,
)
QUEUE_WAIT = Metric(
    name="queue-wait",
    title=Text(en="Waiting time, median", zh="等候时间（中位数）"),
    kind=Kind.QUANTILE,
    formula=Text(en=f"median of {_WAIT.en}", zh=f"中位数：{_WAIT.zh}"),
    unit=Unit.SECONDS,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("zone",),
    no_data=_NOBODY,
    measure=measure_queue_wait,
    needs=Permission.SEE_TRAFFIC,
)
QUEUE_WAIT_P90 = Metric(
    name="queue-wait-p90",
    title=Text(en="Waiting time, nine of ten", zh="等候时间（九成）"),
    kind=Kind.QUANTILE,
    formula=Text(en=f"90th percentile of {_WAIT.en}", zh=f"第 90 百分位：{_WAIT.zh}"),
    unit=Unit.SECONDS,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("zone",),
    no_data=_NOBODY,
    measure=measure_queue_wait,
    needs=Permission.SEE_TRAFFIC,
    quantile=0.9,
)
ZONE_VISITS = Metric(
    name="zone-visits",
    title=Text(en="Zone visits", zh="区域到访"),
    kind=Kind.FLOW,
    formula=Text(
        en="Σ visits to zones that are no queues + Σ crossings inwards of inner lines; staff left"
        " out",
        zh="各区域（排队区除外）到访次数之和 + 各内部线进入次数之和；员工剔除",
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("zone", "footfall"),
    no_data=_NO_ZONE,
    measure=measure_zone_visits,
    needs=Permission.SEE_TRAFFIC,
)
ZONE_STAY = Metric(
    name="zone-dwell",
    title=Text(en="Zone dwell, median", zh="区域停留时长（中位数）"),
    kind=Kind.QUANTILE,
    formula=Text(
        en="median of how long each visit to a zone that is no queue lasted",
        zh="各区域（排队区除外）单次到访停留时长的中位数",
    ),
    unit=Unit.SECONDS,
    grain=Grain.HOUR,
    direction=Direction.NEITHER,
    sources=("zone",),
    no_data=_NOBODY,
    measure=measure_zone_stay,
    needs=Permission.SEE_TRAFFIC,
)
ZONE_CONVERSION = Metric(
    name="zone-conversion",
    title=Text(en="Zone conversion", zh="区域转化率"),
    kind=Kind.RATIO,
    formula=Text(
        en="sale receipts with goods of the zone's category / visits to the zone, over the quarters"
        " of an hour in which it was watched for nine tenths",
        zh="含该区域品类商品的销售小票数 / 区域到访次数，只计观测满九成的一刻钟",
    ),
    unit=Unit.RATIO,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("zone", "receipt", "master data"),
    no_data=Text(
        en="No data below 20 visits, by hour and in all.",
        zh="到访不足 20 次时为无数据（按小时及合计）。",
    ),
    measure=measure_zone_conversion,
    needs=Permission.SEE_TRAFFIC,
    minimum_base=20,
)
PASSERS_BY = Metric(
    name="passers-by",
    title=Text(en="Passers-by", zh="路过人数"),
    kind=Kind.FLOW,
    formula=Text(
        en="Σ crossings of lines marked outside, both directions; they are no footfall",
        zh="标为室外的计数线双向通过人数之和；不计入客流",
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("footfall",),
    no_data=_NO_ZONE,
    measure=measure_passers_by,
    needs=Permission.SEE_TRAFFIC,
)
STAFF_LEFT_OUT = Metric(
    name="staff-left-out",
    title=Text(en="Staff left out", zh="剔除员工"),
    kind=Kind.FLOW,
    formula=Text(
        en="Σ crossings of entrances, both directions, by people seen in a staff zone before, or"
        " while the store is closed (opening hours ± 15 min)",
        zh="各出入口双向通过中被剔除者之和：此前出现在员工区者，或非营业时间（前后各放宽 15 分钟）"
        "通过者",
    ),
    unit=Unit.PEOPLE,
    grain=Grain.HOUR,
    direction=Direction.NEITHER,
    sources=("footfall",),
    no_data=_NO_ZONE,
    measure=measure_staff,
    needs=Permission.SEE_TRAFFIC,
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
