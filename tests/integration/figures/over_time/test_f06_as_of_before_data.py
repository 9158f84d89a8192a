"""Asked as of a time before the first word of a store, nothing is known: never 0."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.insight.metric import MetricKind
from cloud_hub.register import METRICS
from tests.small_chain import TODAY, WATER, SmallChain, local
from tests.stage.doors import opened_doors

DAY = TODAY - timedelta(days=1)
FIRST_WORD = local(12)
AS_OF = [metric for metric in METRICS.values() if metric.as_of]


def tell(chain: SmallChain) -> None:
    """Thirty sales and sixty entries of yesterday, all of which arrived today at noon."""
    for minute in range(60):
        at = local(10, minute, day=DAY)
        chain.minute(at, 1, staff=1, arrived_at=FIRST_WORD)
        chain.minute(at, 1, line_id="street", role="outside", arrived_at=FIRST_WORD)
        chain.zone(at, 20.0, queue=1, arrived_at=FIRST_WORD)
        aisle = {"zone_id": "aisle", "is_queue": False, "category": "Drinks"}
        chain.zone(at, 20.0, **aisle, arrived_at=FIRST_WORD)
        if minute % 2:
            seq = minute // 2 + 1
            chain.receipt(at, (WATER, "1", "10.00"), seq=seq)
            chain.event("s01-till", 0, seq, at=at, received_at=FIRST_WORD, kind="receipt")
    chain.event("s01-till", 1, 1, at=FIRST_WORD)


@pytest.mark.parametrize("name", [metric.name for metric in AS_OF])
@pytest.mark.parametrize("grain", ["day", "hour"])
async def test_what_was_known_before_the_first_word_is_nothing(
    tmp_path: Path, name: str, grain: str
) -> None:
    if grain not in ("day", METRICS[name].grain):
        pytest.skip("it has days only")
    asked = {"store": "s01", "from": str(DAY), "to": str(DAY), "grain": grain}
    async with opened_doors(tmp_path) as doors:
        tell(doors.chain)
        for as_of in (local(11, 59), local(23, day=DAY), local(9, day=DAY)):
            told = await doors.metric(name, **asked, as_of=as_of.isoformat())
            assert told["total"] is None or told["total"]["value"] is None, as_of
            assert {point["value"] for point in told["points"]} <= {None}, as_of
        if name != "footfall-estimated":
            later = await doors.metric(name, **asked, as_of=local(13).isoformat())
            values = {point["value"] for point in later["points"]}
            assert values - {None} or METRICS[name].kind is MetricKind.RATIO


async def test_conversion_as_of_is_of_the_receipts_and_the_people_of_then(tmp_path: Path) -> None:
    async with opened_doors(tmp_path) as doors:
        for minute in range(60):
            late = local(13) if minute >= 30 else local(11)
            at = local(10, minute)
            chain = doors.chain
            chain.minute(at, 1, arrived_at=late)
            if minute % 2:
                seq = minute // 2 + 1
                chain.receipt(at, (WATER, "1", "10.00"), seq=seq)
                chain.event("s01-till", 0, seq, at=at, received_at=late, kind="receipt")
        chain.event("s01-till", 1, 1, at=local(11), received_at=local(11))
        asked = {"store": "s01", "from": str(TODAY), "to": str(TODAY)}
        for as_of in (local(12), local(14)):
            told = await doors.metric("conversion", **asked, as_of=as_of.isoformat())
            assert told["total"]["value"] == 0.5, as_of
