"""A chain is loaded and the act noted: one home for the API and the command line."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.core.storage.database import Database
from cloud_hub.master_data.difference import Difference, difference, rows_of
from cloud_hub.master_data.importer import Loaded, import_chain
from cloud_hub.sales.booking.healed_lines import heal_lines
from device_profiles.chain_rules import doubts
from device_profiles.store import ChainProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLoaded:
    """What was loaded, how many lines of receipts found their product by it, and what of the chain
    should be otherwise, a line each."""

    loaded: Loaded
    healed_lines: int
    doubts: tuple[str, ...]


class _NotKept(Exception):
    """What was written only to be looked at goes."""


def would_change(database: Database, chain: ChainProfile, now: datetime) -> Difference:
    """What loading the chain would add, change and remove; nothing of it is kept. Raises
    HubError."""
    told: list[Difference] = []
    with suppress(_NotKept), database.writing() as session:
        before = rows_of(session, chain.tenant_id)
        import_chain(session, chain, now)
        told.append(difference(before, rows_of(session, chain.tenant_id)))
        raise _NotKept
    return told[0]


def load_chain(
    session: Session,
    chain: ChainProfile,
    *,
    by: str,
    now: datetime,
    is_correction: bool = False,
) -> ChainLoaded:
    """Loads the chain, whole or not at all, and notes in the audit log who did. What it
    changes holds from now on; a correction holds for past days too. Raises HubError."""
    loaded = import_chain(session, chain, None if is_correction else now)
    healed = heal_lines(session, chain.tenant_id, now)
    record_act(
        session,
        Act(
            tenant_id=chain.tenant_id,
            actor=by,
            action="master-data-loaded",
            subject=chain.tenant_id,
            detail={
                "stores": loaded.stores,
                "products": loaded.products,
                "healed_lines": healed,
            },
        ),
        now,
    )
    return ChainLoaded(loaded=loaded, healed_lines=healed, doubts=tuple(doubts(chain)))
