"""A domain with a fault: it raises on some receipts, as one that nobody has found yet would."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.register import PROJECTIONS
from sync.events import Receipt

FAULTY = "faulty"
"""The origin of the receipts that this domain cannot apply."""


@dataclass(slots=True)
class FaultyDomain:
    """Applies receipts as the hub does, and raises `error` where one is FAULTY; `tries` is how
    often it was asked."""

    error: BaseException
    tries: list[int] = field(default_factory=list)

    def projector(self, whole: Projector) -> Projector:
        """`whole` with this domain in the place of the one for receipts."""
        by_kind = dict(PROJECTIONS.by_kind)
        by_kind[Receipt.kind] = replace(by_kind[Receipt.kind], apply=self._apply)
        return replace(whole, projections=replace(PROJECTIONS, by_kind=by_kind))

    def _apply(self, work: Projecting, facts: Sequence[Fact[Receipt]]) -> None:
        self.tries.append(len(facts))
        if any(fact.body.origin == FAULTY for fact in facts):
            raise self.error
        apply = PROJECTIONS.by_kind[Receipt.kind].apply
        assert apply is not None
        apply(work, facts)


def faulty(receipt: Receipt) -> Receipt:
    """The same receipt, which the domain cannot apply."""
    return receipt.model_copy(update={"origin": FAULTY})
