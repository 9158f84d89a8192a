"""Footfall is estimated from what was watched, with that as its coverage, or not at all."""

from pathlib import Path

import pytest

from cloud_hub.master_data.editing import edit_store
from tests.small_chain import TENANT, TODAY, SmallChain, local
from tests.stage.doors import opened_doors

Hour = tuple[int, float]
"""Entries, and seconds watched of each minute."""


def tell(chain: SmallChain, hours: tuple[Hour, Hour]) -> None:
    with chain.database.writing() as session:
        edit_store(session, TENANT, "s01", {"opening_hours": {"opens": "09:00", "closes": "11:00"}})
    for at, (entries, watched_s) in zip((9, 10), hours, strict=True):
        for minute in range(60):
            count = entries // 60 + (minute < entries % 60)
            chain.minute(local(at, minute), count, watched_s=watched_s)


@pytest.mark.parametrize(
    ("hours", "estimate", "coverage"),
    [
        (((100, 60), (50, 30)), 200, 0.75),
        (((6, 6), (6, 6)), None, 0.1),
        (((100, 60), (0, 0)), None, 0.5),
        (((70, 42), (70, 42)), 200, 0.7),
        (((100, 60), (100, 60)), 200, 1.0),
    ],
)
async def test_an_hour_half_watched_and_a_day_hardly_watched_are_what_they_are(
    tmp_path: Path, hours: tuple[Hour, Hour], estimate: int | None, coverage: float
) -> None:
    async with opened_doors(tmp_path) as doors:
        tell(doors.chain, hours)
        asked = {"store": "s01", "from": str(TODAY), "to": str(TODAY)}
        told = (await doors.metric("footfall-estimated", **asked))["total"]
        measured = (await doors.metric("footfall", **asked))["total"]
    assert (told["value"], told["coverage"]) == (estimate, pytest.approx(coverage))
    assert measured["value"] == sum(entries for entries, _ in hours)
