"""Staff that was left out of footfall."""

from pathlib import Path

import pytest

from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from cloud_hub.traffic.day_findings import STAFF_LEFT_OUT
from tests.small_chain import NOW, TENANT, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def found(chain: SmallChain) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, NOW, SEARCHES))


def test_staff_left_out_is_information_with_the_number(chain: SmallChain) -> None:
    for minute in range(7):
        chain.minute(local(6, 50 + minute), 0, staff=2, store_id="s02")
    told = found(chain)
    assert [(each.kind, each.severity) for each in told] == [(STAFF_LEFT_OUT, Severity.INFORMATION)]
    assert "14 crossings" in told[0].sentence.text("en")
