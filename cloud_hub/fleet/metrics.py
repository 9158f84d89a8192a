"""The metrics of devices: linked, and at work."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.fleet.uptime import measure_connected, measure_working
from cloud_hub.insight.metric import Direction, Filter, Grain, Kind, Metric, Unit

_NO_DEVICE = Text(
    en="No data for a store without a device that ever had a link.",
    zh="没有任何设备连接过的门店为无数据。",
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
    needs=Permission.SEE_FLEET,
    filters=frozenset({Filter.DEVICE}),
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
    needs=Permission.SEE_FLEET,
    filters=frozenset({Filter.DEVICE}),
)

DEVICE_METRICS = (
    CONNECTED,
    WORKING,
)
