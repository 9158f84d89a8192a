"""What the link's books tell: events declared lost, refused, or delivered more than once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import Filling, Text, in_context
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.link.tables import DeadLetter
from cloud_hub.reconciliation.declared_losses import DeclaredLoss, declared_losses, loss_reason
from cloud_hub.reconciliation.lane_accounts import lane_accounts
from device_profiles.names import Names
from device_profiles.store import LoginRole
from sync.events import Lane

EVENTS_LOST = FindingKind(name="events-lost", permission=Permission.SEE_FLEET)
EVENTS_REFUSED = FindingKind(name="events-refused", permission=Permission.SEE_FLEET)
EVENTS_RESENT = FindingKind(name="events-resent", permission=Permission.SEE_FLEET)

TOLD_FOR = timedelta(hours=24)
"""How long a declared loss is told on pages; the device's own page keeps it for good."""

_LOST = Text(
    "{store}: {device} gave up {n} {lane} event: {reason}. Counted as lost, not as zero.",
    "{store}: {device} gave up {n} {lane} events: {reason}. Counted as lost, not as zero.",
)
_REFUSED = Text(
    "{store}: {n} event of {device} refused: {error}.",
    "{store}: {n} events of {device} refused: {error}.",
)
_RESENT = Text(
    "{store}: {n} event came more than once; it is counted once.",
    "{store}: {n} events came more than once; each is counted once.",
)
_LOST_TASK = Text("Give {device} more room: {reason}")
_REFUSED_TASK = Text("Look at the refused events of {device}")
_LOST_BUTTON = in_context("button", "Seen")

LANE_NAMES: dict[int, Text] = {
    Lane.SALE: Text("sale"),
    Lane.ALERT: Text("alert"),
    Lane.RESULT: Text("result"),
    Lane.METRIC: Text("metric"),
    Lane.MEDIA: Text("picture"),
}


def find_link_news(snapshot: Snapshot) -> Iterator[Finding]:
    """Losses of the last day, refusals that nobody has mended, deliveries that came twice."""
    yield from _lost(snapshot)
    yield from _refused(snapshot)
    yield from _resent(snapshot)


def _lost(snapshot: Snapshot) -> Iterator[Finding]:
    losses: dict[tuple[str, int, str], list[DeclaredLoss]] = defaultdict(list)
    for loss in declared_losses(snapshot.session, tenant_id=snapshot.chain.tenant_id):
        losses[loss.device, loss.lane_number, loss.reason].append(loss)
    for (device_id, lane, reason), parts in losses.items():
        device = snapshot.chain.devices.get(device_id)
        last_at = max(part.last_declared_at for part in parts)
        if device is None or snapshot.now - last_at > TOLD_FOR:
            continue
        count = sum(part.events for part in parts)
        words: dict[str, Filling] = {
            "store": snapshot.chain.stores[device.store_id].name,
            "device": device.name,
            "n": count,
            "lane": LANE_NAMES.get(lane, Names.same(str(lane))),
            "reason": loss_reason(reason),
        }
        yield Finding(
            key=f"{EVENTS_LOST}/{device_id}/{lane}/{reason}",
            kind=EVENTS_LOST,
            severity=Severity.PROBLEM,
            sentence=_LOST.filled(**words),
            since=min(part.declared_at for part in parts),
            owner=LoginRole.IT,
            store_id=device.store_id,
            device_id=device_id,
            button=_LOST_BUTTON,
            task=_LOST_TASK.filled(**words),
        )


def _refused(snapshot: Snapshot) -> Iterator[Finding]:
    rows = snapshot.session.execute(
        sa.select(
            DeadLetter.device_id, DeadLetter.letter_id, DeadLetter.error, DeadLetter.received_at
        )
        .where(DeadLetter.tenant_id == snapshot.chain.tenant_id, DeadLetter.replayed_at.is_(None))
        .order_by(DeadLetter.received_at)
    )
    letters: dict[str, list[tuple[str, str, datetime]]] = defaultdict(list)
    for device_id, letter_id, error, received_at in rows:
        letters[device_id].append((letter_id, error, received_at))
    for device_id, of_device in letters.items():
        device = snapshot.chain.devices.get(device_id)
        if device is None:
            continue
        words: dict[str, Filling] = {
            "store": snapshot.chain.stores[device.store_id].name,
            "device": device.name,
            "n": len(of_device),
            "error": of_device[-1][1],
        }
        yield Finding(
            key=f"{EVENTS_REFUSED}/{device_id}",
            kind=EVENTS_REFUSED,
            severity=Severity.PROBLEM,
            sentence=_REFUSED.filled(**words),
            since=of_device[0][2],
            owner=LoginRole.IT,
            store_id=device.store_id,
            device_id=device_id,
            button=_LOST_BUTTON,
            task=_REFUSED_TASK.filled(**words),
            evidence=tuple(letter_id for letter_id, _, _ in of_device),
        )


def _resent(snapshot: Snapshot) -> Iterator[Finding]:
    resent: dict[str, int] = defaultdict(int)
    for lane in snapshot.read(lane_accounts):
        device = snapshot.chain.devices.get(lane.device)
        if device is not None:
            resent[device.store_id] += lane.resends
    for store_id, count in resent.items():
        if count:
            yield Finding(
                key=f"{EVENTS_RESENT}/{store_id}",
                kind=EVENTS_RESENT,
                severity=Severity.INFORMATION,
                sentence=_RESENT.filled(
                    store=snapshot.chain.stores[store_id].name,
                    n=wording.number(count, 0),
                ),
                since=snapshot.day_of(store_id).start_at,
                owner=LoginRole.IT,
                store_id=store_id,
            )
