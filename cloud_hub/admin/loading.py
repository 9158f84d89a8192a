"""A chain is loaded and the act noted: one home for the API and the command line."""

from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.master_data.importer import Loaded, import_chain
from device_profiles.store import ChainProfile


def load_chain(session: Session, chain: ChainProfile, *, by: str, now: datetime) -> Loaded:
    """Loads the chain, whole or not at all, and notes in the audit log who did. Raises HubError."""
    loaded = import_chain(session, chain)
    record_act(
        session,
        Act(
            tenant_id=chain.tenant_id,
            actor=by,
            action="master-data-loaded",
            subject=chain.tenant_id,
            detail={"stores": loaded.stores, "products": loaded.products},
        ),
        now,
    )
    return loaded
