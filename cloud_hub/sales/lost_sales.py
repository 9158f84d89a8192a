"""Lost sales of a product that was out of stock: what it usually sells then, less what it sold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import sqrt

from cloud_hub.core.days.opening_hours import StoreDay

SUBSTITUTION = Decimal("0.3")
"""Share of shoppers who take something else of the store's instead. Source: METRICS, lost sales."""

CONFIDENCE_Z = 1.96
SECONDS_AN_HOUR = 3600.0

Spans = Iterable[tuple[datetime, datetime]]
"""Start and end of stretches of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyRate:
    """Units a product sells in one local hour of the day when it is in stock: `units` in `hours`
    of history."""

    units: float
    hours: float

    @property
    def per_hour(self) -> float:
        """Mean units an hour."""
        return self.units / self.hours if self.hours > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LostSales:
    """What was not sold. `low`..`high`: 95 % of what Poisson selling at the learned rate allows."""

    expected_units: float
    sold_units: Decimal
    lost_units: float
    value: Decimal
    low: Decimal
    high: Decimal
    history_hours: float


def learn_rates(
    history: Iterable[StoreDay],
    units: Mapping[tuple[date, int], Decimal],
    gaps: Spans,
) -> dict[int, HourlyRate]:
    """The product's rate by local hour, from the in-stock part of each opening hour of history.

    `units` are sold by (business day, local hour); `gaps` the times it was seen out of stock. An
    hour that was partly out of stock counts for the rest of it only.
    """
    sold: dict[int, float] = defaultdict(float)
    hours: dict[int, float] = defaultdict(float)
    absent = list(gaps)
    for day in history:
        told: set[int] = set()
        for hour, start, end in day.open_hours():
            out_s = sum(_overlap_s(start, end, *gap) for gap in absent)
            in_stock_s = (end - start).total_seconds() - out_s
            if in_stock_s <= 0:
                continue
            hours[hour] += in_stock_s / SECONDS_AN_HOUR
            # An hour may come in two stretches, its units are one number.
            sold[hour] += 0.0 if hour in told else float(units.get((day.day, hour), 0))
            told.add(hour)
    return {hour: HourlyRate(units=sold[hour], hours=hours[hour]) for hour in hours}


def lost_sales(
    rates: Mapping[int, HourlyRate],
    days: Iterable[StoreDay],
    gap: tuple[datetime, datetime],
    sold_units: Decimal,
    price: Decimal,
) -> LostSales | None:
    """max(0, expected − sold) × price × (1 − substitution) over the opening hours of a gap; None
    where no hour of history says what to expect."""
    expected = history_hours = 0.0
    for day in days:
        for hour, start, end in day.open_hours():
            seconds = _overlap_s(start, end, *gap)
            rate = rates.get(hour)
            if seconds > 0 and rate is not None:
                expected += rate.per_hour * seconds / SECONDS_AN_HOUR
                history_hours += rate.hours
    if history_hours <= 0:
        return None
    spread = CONFIDENCE_Z * sqrt(expected)
    lost = max(0.0, expected - float(sold_units))
    return LostSales(
        expected_units=expected,
        sold_units=sold_units,
        lost_units=lost,
        value=_value(lost, price),
        low=_value(max(0.0, lost - spread), price),
        high=_value(lost + spread, price),
        history_hours=history_hours,
    )


def a_day(rates: Mapping[int, HourlyRate], day: StoreDay, price: Decimal) -> Decimal:
    """What a whole trading day without the product would lose."""
    units = sum(
        rates[hour].per_hour * (end - start).total_seconds() / SECONDS_AN_HOUR
        for hour, start, end in day.open_hours()
        if hour in rates
    )
    return _value(units, price)


def _value(units: float, price: Decimal) -> Decimal:
    value = Decimal(str(units)) * price * (1 - SUBSTITUTION)
    return value.quantize(Decimal("0.01"))


def _overlap_s(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> float:
    return max(0.0, (min(end, other_end) - max(start, other_start)).total_seconds())
