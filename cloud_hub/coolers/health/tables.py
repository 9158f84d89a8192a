"""What is kept of each cooler's days: a row a cooler and business day, small enough that nothing
ever reads ninety days of readings again."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


class CoolerDay(Base):
    """One cooler's business day with the night before it. `heard` counts what came of it,
    `computed_of` what of that is in the features; they are those of `features.DayFeatures`,
    `energy_kwh` what a meter counted, of `metered_s` seconds. `harder`, `warmer`, `slower` are the
    sums of `judging.Excess`; `reasons` lists [feature, value, usual]; `warned_since` is null where
    it is no warning."""

    __tablename__ = "cooler_day"
    __table_args__ = (Index("cooler_day_by_day", "tenant_id", "business_day"),)
    tenant_id: Mapped[str] = key()
    fixture_id: Mapped[str] = key()
    business_day: Mapped[date] = mapped_column(Date, primary_key=True)
    store_id: Mapped[str]
    heard: Mapped[int]
    computed_of: Mapped[int]
    computed_at: Mapped[datetime | None]
    night_duty: Mapped[float | None]
    day_duty: Mapped[float | None]
    night_c: Mapped[float | None]
    day_c: Mapped[float | None]
    pull_down_min: Mapped[float | None]
    defrost_min: Mapped[float | None]
    spread_c: Mapped[float | None]
    open_s: Mapped[float | None]
    energy_kwh: Mapped[float | None]
    metered_s: Mapped[float]
    read: Mapped[float]
    is_restarted: Mapped[bool]
    is_judged: Mapped[bool]
    harder: Mapped[float]
    warmer: Mapped[float]
    slower: Mapped[float]
    warned_since: Mapped[datetime | None]
    reasons: Mapped[list[Any]]
