"""Where the records of one device are: its books by epoch and lane, with every reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.link.broker.connections import connected
from cloud_hub.link.ingest.clock_correction import corrected_clocks
from cloud_hub.link.ingest.rejections import refusals
from cloud_hub.link.tables import DeadLetter, Epoch
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.reconciliation.declared_losses import DeclaredLoss, declared_losses, with_times
from cloud_hub.reconciliation.lane_accounts import LaneAccount, audit_link, joined_epochs

LETTERS_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePlaces:
    """One lane of one epoch. `state` of its epoch: `live` or `past`. `is_named`: the device's last
    hello still spoke of it; what waits in a lane that it no longer names is in a file that the
    device has put aside (a damaged outbox), or is gone with its disk."""

    epoch: int
    state: str
    account: LaneAccount
    is_named: bool

    def as_json(self) -> dict[str, Any]:
        """Its account, and whether the device still speaks of it."""
        more = {"epoch": self.epoch, "state": self.state, "named": self.is_named}
        return self.account.as_json() | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Something that was received and could not be taken; `seq` is the first number it holds."""

    letter_id: str
    epoch: int | None
    lane_number: int | None
    seq: int | None
    error: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlaces:
    """Where each record of a device is. `heard_at` is its last word of any kind."""

    tenant: str
    store: str
    device: str
    is_linked: bool
    heard_at: datetime | None
    lanes: tuple[LanePlaces, ...]
    losses: tuple[DeclaredLoss, ...]
    letters: tuple[Letter, ...]
    corrected_clocks: tuple[dict[str, Any], ...]

    @property
    def is_balanced(self) -> bool:
        """Whether every lane of every epoch adds up."""
        return all(lane.account.is_balanced for lane in self.lanes)

    def as_json(self) -> dict[str, Any]:
        """The shape that `aisle audit --device --json` prints and the API serves."""
        return {
            "balanced": self.is_balanced,
            "tenant": self.tenant,
            "store": self.store,
            "device": self.device,
            "linked": self.is_linked,
            "heard_at": _text(self.heard_at),
            "lanes": [lane.as_json() for lane in self.lanes],
            "losses": [loss.as_json() for loss in self.losses],
            "dead_letters": [
                {
                    "letter_id": letter.letter_id,
                    "error": letter.error,
                    "received_at": _text(letter.received_at),
                }
                for letter in self.letters
            ],
            "corrected_clocks": [
                clock | {"true_at": _text(clock["true_at"])} for clock in self.corrected_clocks
            ],
        }


def audit_json(session: Session, tenant_id: str | None = None) -> dict[str, Any]:
    """The accounts of every lane, every declared loss, and what was refused: `aisle audit --json`.
    `aside` of what waits is in outboxes that their devices speak of no more."""
    accounts = audit_link(session, tenant_id=tenant_id, by_epoch=True).accounts
    aside = _aside(session, accounts)
    rows = [
        lane.as_json() | {"aside": aside[lane.tenant, lane.device, lane.lane_number]}
        for lane in joined_epochs(accounts)
    ]
    losses = declared_losses(session, tenant_id=tenant_id)
    return {
        "balanced": all(account.is_balanced for account in accounts),
        "devices": rows,
        "losses": [{"tenant": loss.tenant} | loss.as_json() for loss in losses],
        "refused": [
            refused.as_json()
            for refused in refusals(session, None if tenant_id is None else [tenant_id])
        ],
    }


def _aside(session: Session, accounts: Sequence[LaneAccount]) -> Counter[tuple[str, str, int]]:
    """How many wait, by lane, in outboxes that were put aside."""
    aside: Counter[tuple[str, str, int]] = Counter()
    for account in accounts:
        if account.waiting:
            device = session.get(DeviceRow, (account.tenant, account.device))
            if device is not None and not is_named(device, account):
                aside[account.tenant, account.device, account.lane_number] += account.waiting
    return aside


def places_of(session: Session, device: DeviceRow) -> DevicePlaces:
    """Where each record of `device` is, as far as the hub knows."""
    tenant_id, device_id = device.tenant_id, device.device_id
    audit = audit_link(session, tenant_id=tenant_id, devices=[device_id], by_epoch=True)
    losses = declared_losses(session, tenant_id=tenant_id, devices=[device_id])
    return DevicePlaces(
        tenant=tenant_id,
        store=device.store_id,
        device=device_id,
        is_linked=bool(connected(session, [(tenant_id, device_id)])),
        heard_at=device.heard_at,
        lanes=_lanes(session, device, audit.accounts),
        losses=tuple(with_times(session, losses)),
        letters=tuple(_letters(session, tenant_id, device_id)),
        corrected_clocks=tuple(corrected_clocks(session, tenant_id, device_id)),
    )


def _lanes(
    session: Session, device: DeviceRow, accounts: Sequence[LaneAccount]
) -> tuple[LanePlaces, ...]:
    epochs = sa.select(Epoch).where(
        Epoch.tenant_id == device.tenant_id, Epoch.device_id == device.device_id
    )
    states = {epoch.epoch: epoch.state for epoch in session.scalars(epochs)}
    places = [
        LanePlaces(
            epoch=account.epochs[0],
            state=states.get(account.epochs[0], "past"),
            account=account,
            is_named=is_named(device, account),
        )
        for account in accounts
    ]
    return tuple(sorted(places, key=lambda lane: (-lane.epoch, lane.account.lane_number)))


def is_named(device: DeviceRow, account: LaneAccount) -> bool:
    """Whether the device's latest hello spoke of the lane: it tells every lane that its outbox
    knows, and what it leaves out is not in that outbox."""
    if account.claimed_at is None or device.connected_at is None:
        return account.claimed_at is not None
    return account.claimed_at >= device.connected_at


def _letters(session: Session, tenant_id: str, device_id: str) -> list[Letter]:
    row = DeadLetter
    rows = session.execute(
        sa.select(row.letter_id, row.epoch, row.lane, row.seq, row.error, row.received_at)
        .where(row.tenant_id == tenant_id, row.device_id == device_id, row.replayed_at.is_(None))
        .order_by(row.received_at.desc(), row.letter_id)
        .limit(LETTERS_SHOWN)
    )
    return [
        Letter(
            letter_id=letter_id, epoch=epoch, lane_number=lane, seq=seq, error=error, received_at=at
        )
        for letter_id, epoch, lane, seq, error, at in rows
    ]


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
