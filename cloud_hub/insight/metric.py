"""What a metric is: everything that an API, a page, an export or the documentation says of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.text import Text
from cloud_hub.insight.sums import Cell, Number, Sums
from cloud_hub.insight.window import Window
from device_profiles.values.money import plain


class Unit(StrEnum):
    """What a figure counts. MONEY comes as Decimal, ratios as fractions of 1."""

    PEOPLE = "people"
    RATIO = "ratio"
    MONEY = "money"
    MONEY_PER_M2 = "money/m2"
    UNITS = "units"
    RECEIPTS = "receipts"
    FACINGS = "facings"
    CELSIUS = "c"
    WATTS = "w"
    KILOWATT_HOURS = "kwh"
    SECONDS = "s"


class MetricKind(StrEnum):
    """How a metric adds up. FLOW: over time and stores. STATE: last valid value a place, added up
    over places but never over time. RATIO: sum of numerators / sum of denominators."""

    FLOW = "flow"
    STATE = "state"
    RATIO = "ratio"
    QUANTILE = "quantile"


class Grain(StrEnum):
    """The finest time step a metric has."""

    HOUR = "hour"
    DAY = "day"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Audience(StrEnum):
    """For whom a metric is: the retailer's people, or also a brand, of its own goods and
    fixtures."""

    CHAIN = "chain"
    BRAND = "brand"


class Filter(StrEnum):
    """What a metric can be narrowed to, beside stores and days."""

    BRAND = "brand"
    FIXTURE = "fixture"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """Whose goods are asked about: a brand's, or (None) everybody's; where: one fixture, or (None)
    everywhere; which device, or (None) all. A metric looks at what its `filters` name."""

    brand_id: str | None = None
    fixture_id: str | None = None
    device_id: str | None = None


class Measure(Protocol):
    """A formula: the sums of every cell of a window. A cell without data is absent."""

    def __call__(self, session: Session, window: Window, aspect: Aspect) -> Mapping[Cell, Sums]:
        """The sums of every cell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric. `name` is its identifier, `title` what people call it; `needs` is what it takes
    to see it, `audience` whether a brand may, `filters` what of an Aspect it heeds.

    A ratio is given from `minimum_base` denominators on (none: above 0), any figure from
    `minimum_coverage` on; below that: no data. `as_of`: whether arrival times allow asking what was
    known at an earlier time. `interval`: the range of a ratio measured on a sample, from its
    numerator and denominator; of an estimated flow, from its sum and the variance in `base`, and no
    data where that `is_too_doubtful`.
    """

    name: str
    title: Text
    kind: MetricKind
    formula: Text
    unit: Unit
    grain: Grain
    direction: Direction
    sources: tuple[str, ...]
    no_data: Text
    measure: Measure
    needs: Permission
    audience: Audience = Audience.CHAIN
    filters: frozenset[Filter] = frozenset()
    version: int = 1
    minimum_base: int = 0
    minimum_coverage: float = 0.0
    as_of: bool = False
    quantile: float = 0.5
    interval: Callable[[float, float], tuple[float, float]] | None = None
    is_too_doubtful: Callable[[float, float], bool] | None = None

    def is_for(self, viewer: Viewer) -> bool:
        """Whether the viewer may see it: by its permission, a brand by its audience too."""
        is_its_own = viewer.brand_id is None or self.audience is Audience.BRAND
        return is_its_own and viewer.may(self.needs)

    def value(self, sums: Sums | None) -> Number | None:
        """The figure that `sums` give, None for no data."""
        if sums is None or not self._is_covered(sums):
            return None
        if self.kind is MetricKind.QUANTILE:
            return quantile(sums.samples, self.quantile)
        if self.is_too_doubtful and self.is_too_doubtful(float(sums.amount), float(sums.base)):
            return None
        if self.kind is not MetricKind.RATIO:
            return sums.amount
        if sums.base < self.minimum_base or sums.base <= 0:
            return None
        if self.unit in (Unit.MONEY, Unit.MONEY_PER_M2):
            # 1000 / 100.0 is 1E+1; people and programs read 10.
            return Decimal(plain(_exact(sums.amount) / _exact(sums.base)))
        return float(sums.amount) / float(sums.base)

    def range(self, sums: Sums | None) -> tuple[float, float] | None:
        """Lowest and highest value that the doubtful parts allow; None where nothing is in
        doubt."""
        if sums is None or self.value(sums) is None:
            return None
        if self.interval is not None:
            return self.interval(float(sums.amount), float(sums.base))
        if sums.low == sums.high:
            return None
        base = float(sums.base) if self.kind is MetricKind.RATIO else 1.0
        return float(sums.low) / base, float(sums.high) / base

    def _is_covered(self, sums: Sums) -> bool:
        if sums.expected_s <= 0:
            return True
        return sums.observed_s > 0 and sums.observed_s / sums.expected_s >= self.minimum_coverage


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` of `values` do not exceed, between two of them by their distance;
    None of none. Source: Hyndman and Fan 1996, definition 7, as numpy and spreadsheets have it."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _exact(number: Number) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(str(number))
