"""Foreign packs in a brand's own cooler."""

from pathlib import Path

import pytest

from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from cloud_hub.shelf.findings.purity import PURITY
from tests.small_chain import (
    NOW,
    PLAN,
    RIVAL,
    TENANT,
    SmallChain,
    local,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def found(chain: SmallChain, *, now=NOW) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, now, SEARCHES))


def test_foreign_packs_are_named_in_a_brands_own_cooler_with_the_range(chain: SmallChain) -> None:
    seen = {**PLAN, "A-1-1": RIVAL, "A-1-2": None}
    for hour in (12, 13, 14):
        chain.photo(local(hour), seen=seen if hour > 12 else PLAN)
    impure = [each for each in found(chain) if each.kind is PURITY]
    assert len(impure) == 1
    assert impure[0].sentence.text("en") == (
        "1 Rival pack in Spring's cooler at Store 01 since 13:00: purity 66.7 %"
        " (up to 83.3 %, 1 unknown)."
    )
    assert impure[0].since == local(13)
    assert impure[0].severity is Severity.PROBLEM
    assert impure[0].slot_ids == ("A-1-1",)


def test_unknown_packs_alone_are_for_review_and_no_problem(chain: SmallChain) -> None:
    for hour in (13, 14):
        chain.photo(local(hour), seen={**PLAN, "A-1-2": None})
    assert [(each.kind, each.severity) for each in found(chain)] == [(PURITY, Severity.INFORMATION)]
