"""Goods in the wrong slot."""

from pathlib import Path

import pytest

from cloud_hub.insight.finding import Finding
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from cloud_hub.shelf.findings.misplaced import MISPLACED
from tests.small_chain import (
    NOW,
    PLAN,
    RIVAL,
    TEA,
    TENANT,
    WATER,
    SmallChain,
    local,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def found(chain: SmallChain, *, now=NOW) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, now, SEARCHES))


def test_two_swapped_products_are_one_finding_and_no_gap(chain: SmallChain) -> None:
    for hour in (13, 14):
        chain.photo(local(hour), seen={**PLAN, "A-1-2": TEA, "A-1-3": WATER})
    swap = found(chain)
    assert [(each.kind, each.slot_ids) for each in swap] == [(MISPLACED, ("A-1-2", "A-1-3"))]
    assert "swapped" in swap[0].sentence.text("en")
    assert "放反" in swap[0].sentence.text("zh")
    assert swap[0].since == local(13)


def test_a_misread_photo_alone_accuses_nobody(chain: SmallChain) -> None:
    chain.photo(local(13))
    chain.photo(local(14), seen={**PLAN, "A-1-2": TEA, "A-2-1": RIVAL})
    assert found(chain) == []
