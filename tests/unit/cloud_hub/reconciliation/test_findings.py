"""What the link and the devices make the hub find; and what they do not."""

from pathlib import Path

import pytest

from cloud_hub.boards.devices.device_view import device_view
from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import find_problems
from cloud_hub.link.tables import DeadLetter, ResendCount
from cloud_hub.reconciliation.findings import EVENTS_LOST, EVENTS_REFUSED, EVENTS_RESENT
from cloud_hub.register import SEARCHES
from tests.small_chain import NOW, TENANT, SmallChain, head_office


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def found(chain: SmallChain) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, NOW, SEARCHES))


def test_declared_losses_are_told_with_their_reason(chain: SmallChain) -> None:
    chain.lost("s01-door", 3, 11, 50, "quota")
    lost = found(chain)
    assert [each.kind for each in lost] == [EVENTS_LOST]
    assert "gave up 40 metric events: its disk was full" in lost[0].sentence.text("en")
    assert "磁盘已满" in lost[0].sentence.text("zh")
    assert lost[0].device_id == "s01-door"


def test_a_loss_told_again_and_longer_is_one_loss(chain: SmallChain) -> None:
    chain.lost("s01-door", 3, 2, 2, "quota")
    chain.lost("s01-door", 3, 1, 2, "quota")
    chain.lost("s01-door", 3, 9, 9, "quota")
    with chain.reading() as session:
        view = device_view(session, head_office(), NOW, "s01-door")
    assert [(loss.first, loss.last, loss.events) for loss in view.losses] == [(1, 2, 2), (9, 9, 1)]
    assert sum(loss.events for loss in view.losses) == view.books.lost == 3
    assert view.losses[0].reason_text.text("en") == "its disk was full"


def test_a_loss_that_arrived_after_all_is_none(chain: SmallChain) -> None:
    chain.lost("s01-door", 3, 11, 50, "quota")
    chain.received("s01-door", 3, 1, 60)
    assert found(chain) == []


def test_resent_events_are_information(chain: SmallChain) -> None:
    chain.add(ResendCount(tenant_id=TENANT, device_id="s01-till", epoch=1, lane=0, events=100))
    chain.received("s01-till", 0, 1, 500)
    resent = found(chain)
    assert [(each.kind, each.severity) for each in resent] == [
        (EVENTS_RESENT, Severity.INFORMATION)
    ]
    assert resent[0].task is None


def test_refused_events_are_a_problem_until_they_are_replayed(chain: SmallChain) -> None:
    for number, replayed_at in ((1, None), (2, NOW)):
        chain.add(
            DeadLetter(
                tenant_id=TENANT,
                letter_id=f"s01-till/1/0/{number}",
                device_id="s01-till",
                store_id="s01",
                epoch=1,
                lane=0,
                seq=number,
                raw=b"",
                error="two lines have the same number",
                received_at=NOW,
                replayed_at=replayed_at,
            )
        )
    refused = found(chain)
    assert [each.kind for each in refused] == [EVENTS_REFUSED]
    assert refused[0].evidence == ("s01-till/1/0/1",)
