"""What the link and the devices make the hub find; and what they do not."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.boards.devices.device_view import device_view
from cloud_hub.fleet.alarm_findings import ALARM
from cloud_hub.fleet.offline_findings import DEVICE_OFFLINE, STORE_OFFLINE
from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import find_problems
from cloud_hub.link.tables import DeadLetter, ResendCount
from cloud_hub.reconciliation.findings import EVENTS_LOST, EVENTS_REFUSED, EVENTS_RESENT
from cloud_hub.register import SEARCHES
from cloud_hub.sales.revision_findings import DAY_REVISED
from cloud_hub.sales.tables import DayRevision
from cloud_hub.traffic.day_findings import STAFF_LEFT_OUT
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, head_office, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def found(chain: SmallChain) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, NOW, SEARCHES))


def test_an_offline_store_is_one_finding_since_its_newest_data(chain: SmallChain) -> None:
    chain.unlink("s02", local(13, day=TODAY - timedelta(days=2)))
    dark = found(chain)
    assert [(each.kind, each.store_id) for each in dark] == [(STORE_OFFLINE, "s02")]
    assert dark[0].since == local(13, day=TODAY - timedelta(days=2))
    assert "2 d 1 h" in dark[0].sentence.text("en")
    assert dark[0].owner is LoginRole.IT


def test_a_store_that_lost_its_link_a_minute_ago_is_not_offline(chain: SmallChain) -> None:
    chain.unlink("s02", NOW - timedelta(minutes=1))
    assert found(chain) == []


def test_one_silent_device_of_a_store_that_is_heard(chain: SmallChain) -> None:
    chain.device("s01-cart", kind="cart", linked=False)
    chain.event("s01-cart", 1, 1, at=local(10))
    chain.received("s01-cart", 1, 1, 1)
    assert [(each.kind, each.device_id) for each in found(chain)] == [(DEVICE_OFFLINE, "s01-cart")]


def test_a_device_that_was_never_installed_is_nobodys_problem(chain: SmallChain) -> None:
    chain.device("s01-spare", kind="till", linked=False, heard_at=None)
    assert found(chain) == []


def test_an_open_alarm_is_first_and_one_that_is_over_is_told(chain: SmallChain) -> None:
    chain.alarm("too-warm", local(13, 40), value=11.0, limit=8.0)
    chain.alarm("picture-covered", local(9), cleared_at=local(10, 10), device_id="s01-door")
    warm, covered = found(chain)
    assert (warm.kind, warm.severity) == (ALARM, Severity.ALARM)
    assert "too warm since 13:40 (11, limit 8)" in warm.sentence.text("en")
    assert warm.owner is LoginRole.TECHNICIAN
    assert covered.severity is Severity.INFORMATION
    assert "lens covered from 09:00 to 10:10" in covered.sentence.text("en")


def test_an_alarm_of_an_earlier_day_that_is_over_is_not_told(chain: SmallChain) -> None:
    day = TODAY - timedelta(days=1)
    chain.alarm("too-warm", local(9, day=day), cleared_at=local(10, day=day))
    assert found(chain) == []


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


def test_staff_left_out_is_information_with_the_number(chain: SmallChain) -> None:
    for minute in range(7):
        chain.minute(local(6, 50 + minute), 0, staff=2, store_id="s02")
    told = found(chain)
    assert [(each.kind, each.severity) for each in told] == [(STAFF_LEFT_OUT, Severity.INFORMATION)]
    assert "14 crossings" in told[0].sentence.text("en")


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
