"""Which cooler's days are to be computed anew: noted as readings come in, a row a day."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from cloud_hub.coolers.health.tables import CoolerDay
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import Merge, added, insert_or_merge
from sync.events import CoolerRead

OLDEST = timedelta(days=45)
"""Readings from before then are kept, and change no judgement: nor do those of a clock of 1970."""
EVENING = timedelta(hours=12)
"""What is read in the evening belongs to the next day's night as well."""

NOTHING_YET: Final[dict[str, Any]] = {
    "computed_of": 0,
    "metered_s": 0.0,
    "read": 0.0,
    "is_restarted": False,
    "is_judged": False,
    "harder": 0.0,
    "warmer": 0.0,
    "slower": 0.0,
    "reasons": [],
}
"""A day of which nothing is computed."""


def mark_days(work: Projecting, facts: Sequence[Fact[CoolerRead]]) -> None:
    """Notes the days that the readings tell of."""
    heard: Counter[tuple[str, str, str, date]] = Counter()
    for fact in facts:
        since = fact.body.started_at
        until = since + timedelta(
            seconds=fact.body.interval_s * max(0, len(fact.body.temperature_c) - 1)
        )
        if not work.now - OLDEST <= since <= work.now + EVENING:
            continue
        days = {work.business_day(fact, at) for at in (since, until, until + EVENING)}
        for day in days:
            heard[fact.tenant_id, fact.store_id, fact.body.fixture_id, day] += 1
    rows = [
        {
            "tenant_id": tenant_id,
            "fixture_id": fixture_id,
            "business_day": day,
            "store_id": store_id,
            "heard": count,
            **NOTHING_YET,
        }
        for (tenant_id, store_id, fixture_id, day), count in sorted(heard.items())
    ]
    merge: dict[str, Merge] = {"heard": added}
    insert_or_merge(work.session, CoolerDay, rows, merge)
