"""The link's accounts added up."""

from collections.abc import Iterable
from dataclasses import dataclass

from cloud_hub.reconciliation.lane_accounts import LaneAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTotals:
    """produced = received + lost + waiting. `balanced` says whether that holds."""

    produced: int
    received: int
    lost: int
    waiting: int
    balanced: bool


def link_totals(accounts: Iterable[LaneAccount]) -> LinkTotals:
    """Lanes added up. Balanced only when every one of them is."""
    lanes = list(accounts)
    return LinkTotals(
        produced=sum(lane.produced for lane in lanes),
        received=sum(lane.received for lane in lanes),
        lost=sum(lane.lost for lane in lanes),
        waiting=sum(lane.waiting for lane in lanes),
        balanced=all(lane.is_balanced for lane in lanes),
    )
