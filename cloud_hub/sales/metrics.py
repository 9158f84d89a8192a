"""The metrics of receipts: value, baskets, returns, members, sell-out."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Audience, Direction, Filter, Grain, Kind, Metric, Unit
from cloud_hub.sales.products import measure_return_rate, measure_sell_out
from cloud_hub.sales.receipts import (
    measure_average_basket,
    measure_member_rate,
    measure_net_sales,
    measure_sales_per_m2,
    measure_units_per_transaction,
)

_NO_TILL = Text(
    en="No data for hours in which no till of the store is known; a known hour without sales is 0.",
    zh="门店收银数据未到的时段为无数据；已知而无销售的时段为 0。",
)
_NO_RECEIPTS = Text(
    en="No data without a sale receipt.",
    zh="没有销售小票时为无数据。",
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
    needs=Permission.SEE_SALES,
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
    needs=Permission.SEE_SALES,
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
    needs=Permission.SEE_SALES,
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
    needs=Permission.SEE_SALES,
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
    needs=Permission.SEE_SALES,
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
    needs=Permission.SEE_SALES,
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
    needs=Permission.SEE_SELL_OUT,
    audience=Audience.BRAND,
    filters=frozenset({Filter.BRAND}),
    as_of=True,
)

SALES_METRICS = (
    NET_SALES,
    AVERAGE_BASKET,
    UNITS_PER_TRANSACTION,
    SALES_PER_M2,
    RETURN_RATE,
    MEMBER_RATE,
    SELL_OUT,
)
