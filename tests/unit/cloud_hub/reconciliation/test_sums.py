"""Lanes added up."""

from pathlib import Path

from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.reconciliation.sums import LinkTotals, link_totals
from tests.small_chain import SmallChain


def test_nothing_at_all_is_balanced() -> None:
    assert link_totals([]) == LinkTotals(produced=0, received=0, lost=0, waiting=0, balanced=True)


def test_lanes_add_up_and_one_that_does_not_spoils_them_all(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path)
    chain.claim("s01-till", 0, produced=10)
    chain.received("s01-till", 0, 1, 6)
    chain.lost("s01-till", 0, 7, 8, "quota")
    chain.claim("s01-door", 3, produced=5)
    chain.received("s01-door", 3, 1, 5)
    with chain.reading() as session:
        accounts = audit_link(session, count_rows=False).accounts
    assert link_totals(accounts) == LinkTotals(
        produced=15, received=11, lost=2, waiting=2, balanced=True
    )
    chain.claim("s01-cooler", 3, produced=4, base=3)
    with chain.reading() as session:
        accounts = audit_link(session, count_rows=False).accounts
    assert link_totals(accounts) == LinkTotals(
        produced=19, received=11, lost=2, waiting=4, balanced=False
    )
