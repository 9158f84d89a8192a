"""Crossings → one row a minute; hand counts of a door → one row a clip.

An event is applied once, so a minute that two events share (an agent restarted in it) adds up. A
late minute touches its own row alone: every figure is made of rows when it is asked for.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import added, greater, insert_new, insert_or_merge
from cloud_hub.core.trace import by_body
from cloud_hub.traffic.places import Seen, WatchedAt, note_places
from cloud_hub.traffic.tables import FootfallAudit, FootfallMinute
from sync.events import FootfallAudited, FootfallCounted

ADDED = ("entries", "exits", "staff", "watched_s", "sure", "frames")


def apply_footfall(work: Projecting, facts: Sequence[Fact[FootfallCounted]]) -> None:
    """Adds every interval to its minute."""
    rows = []
    for fact in facts:
        seen = fact.body
        length = len(seen.in_)
        if len(seen.out) != length or len(seen.watched_s) != length:
            work.refuse(fact, "in, out and watched_s are not equally long")
            continue
        if any(len(more) not in (0, length) for more in (seen.staff, seen.confidence)):
            work.refuse(fact, "staff or confidence is not as long as in and out")
            continue
        if len(seen.frames_per_s) not in (0, length):
            work.refuse(fact, "frames_per_s is not as long as in and out")
            continue
        for at in range(length):
            rows.append(_minute(work, fact, at))
    merge = {**dict.fromkeys(ADDED, added), "arrived_at": greater}
    insert_or_merge(work.session, FootfallMinute, rows, merge, mostly_new=True)
    note_places(work.session, (_seen(row) for row in rows))


def _seen(row: dict[str, Any]) -> Seen:
    place = WatchedAt(row["role"], row["line_id"], row["device_id"])
    return Seen(row["tenant_id"], row["store_id"], place, row["business_day"])


def _minute(work: Projecting, fact: Fact[FootfallCounted], at: int) -> dict[str, Any]:
    seen = fact.body
    minute_at = minute_of(seen.started_at + timedelta(seconds=at * seen.interval_s))
    staff = seen.staff[at] if seen.staff else 0
    crossings = seen.in_[at] + seen.out[at] + staff
    return {
        "tenant_id": fact.tenant_id,
        "store_id": fact.store_id,
        "line_id": seen.line_id,
        "minute_at": minute_at,
        "device_id": fact.device_id,
        "business_day": work.business_day(fact, minute_at),
        "role": seen.role,
        "entries": seen.in_[at],
        "exits": seen.out[at],
        "staff": staff,
        "watched_s": seen.watched_s[at],
        "sure": (seen.confidence[at] or 0.0) * crossings if seen.confidence else None,
        "frames": seen.frames_per_s[at] * seen.watched_s[at] if seen.frames_per_s else None,
        "simulated": seen.simulated,
        "arrived_at": fact.received_at,
    }


def apply_audits(work: Projecting, facts: Sequence[Fact[FootfallAudited]]) -> None:
    """Keeps every clip that was counted by hand."""
    insert_new(
        work.session,
        FootfallAudit,
        [
            {
                "tenant_id": fact.tenant_id,
                "store_id": fact.store_id,
                "line_id": fact.body.line_id,
                "started_at": fact.body.started_at,
                "device_id": fact.device_id,
                "camera_id": fact.body.camera_id,
                "seconds": fact.body.seconds,
                "hand_in": fact.body.hand_in,
                "hand_out": fact.body.hand_out,
                "counted_in": fact.body.counted_in,
                "counted_out": fact.body.counted_out,
                "missed": fact.body.missed,
                "surplus": fact.body.surplus,
                "audited_at": fact.body.audited_at,
            }
            for fact in facts
        ],
    )


def minute_of(moment: datetime) -> datetime:
    """The minute that `moment` lies in."""
    return moment.replace(second=0, microsecond=0)


def footfall_day(work: Projecting, fact: Fact[FootfallCounted]) -> date:
    """The business day whose figures an interval changes."""
    return work.business_day(fact, fact.body.started_at)


trace_footfall: Final = by_body(
    lambda body: f"footfall of {body['line_id']} from {body['started_at']}"
)
trace_audit: Final = by_body(
    lambda body: f"hand count of {body['line_id']} from {body['started_at']}"
)
