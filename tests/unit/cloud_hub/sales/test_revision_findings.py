"""Days whose figures changed after somebody saw them."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from cloud_hub.sales.revision_findings import DAY_REVISED
from cloud_hub.sales.tables import DayRevision
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def found(chain: SmallChain) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, NOW, SEARCHES))


def test_a_revised_day_is_told_with_what_was_added(chain: SmallChain) -> None:
    day = TODAY - timedelta(days=1)
    chain.receipt(local(15, day=day), (WATER, "5", "10.00"))
    chain.receipt(local(16, day=day), (WATER, "5", "20.00"))
    for number, before in enumerate(("10.00", "20.00")):
        chain.add(
            DayRevision(
                tenant_id=TENANT,
                store_id="s01",
                business_day=day,
                revised_at=NOW - timedelta(minutes=10 - number),
                net_sales_before=Decimal(before),
                receipts_before=1,
            )
        )
    revised = found(chain)
    assert [(each.kind, each.severity) for each in revised] == [(DAY_REVISED, Severity.INFORMATION)]
    # what was shown first was 10; now it is 30
    assert "+¥ 20" in revised[0].sentence.text("en")
    assert "+¥20" in revised[0].sentence.text("zh")
    assert "3 Mar" in revised[0].sentence.text("en")
    assert "3月3日" in revised[0].sentence.text("zh")
