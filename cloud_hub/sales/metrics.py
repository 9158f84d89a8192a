"""The metrics of receipts: value, baskets, returns, members, sell-out."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Audience, Direction, Filter, Grain, Metric, MetricKind, Unit
from cloud_hub.sales.products import measure_return_rate, measure_sell_out
from cloud_hub.sales.receipts import (
    measure_average_basket,
    measure_member_rate,
    measure_net_sales,
    measure_sales_per_m2,
    measure_units_per_transaction,
)

_NO_TILL = Text(
    "No data for hours in which no till of the store is known; a known hour without sales is 0."
)
_NO_RECEIPTS = Text("No data without a sale receipt.")
_NO_GOODS = Text(
    "No data for hours in which no till of the store is known, and for days and stores that sold"
    " nothing but goods of no known product; a known hour without sales is 0."
)

NET_SALES = Metric(
    name="net-sales",
    title=Text("Net sales"),
    kind=MetricKind.FLOW,
    formula=Text(
        "sales − returns, each by the business day (04:00 to 04:00) it happened; a line counts"
        " what the shopper paid: after discount, tax and deposit included, as rounded by the till,"
        " cash rounding with it; what gift cards pay counted when they were sold; what was voided"
        " was never sold, from the void on also on a day that was final; receipts in another"
        " currency are refused"
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
    title=Text("Average basket"),
    kind=MetricKind.RATIO,
    formula=Text(
        "net value of sale receipts / sale receipts; one counts in which a product of value was"
        " sold and not taken off again"
    ),
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
    title=Text("Units per transaction"),
    kind=MetricKind.RATIO,
    formula=Text(
        "units of sale receipts in which something of value was sold / such receipts; pieces count"
        " as they are, a measured line counts 1"
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
    title=Text("Sales per m²"),
    kind=MetricKind.RATIO,
    formula=Text(
        "net sales / selling m² / trading day, over the stores and days of which a till is known"
    ),
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
    title=Text("Return rate"),
    kind=MetricKind.RATIO,
    formula=Text(
        "value returned / gross sales of the period; a return is a return receipt or a line that"
        " names what it returns; what is taken off again and a deposit paid back lower the gross"
    ),
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
    title=Text("Member rate"),
    kind=MetricKind.RATIO,
    formula=Text("sale receipts that showed an identity / sale receipts"),
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
    title=Text("Sell-out"),
    kind=MetricKind.FLOW,
    formula=Text(
        "units sold − units returned through tills, of the brand asked about, or of all known"
        " products; pieces count as they are, a measured line counts 1; lines sold before their"
        " product was loaded count from then on"
    ),
    unit=Unit.UNITS,
    grain=Grain.HOUR,
    direction=Direction.UP,
    sources=("receipt",),
    no_data=_NO_GOODS,
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
