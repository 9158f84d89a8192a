"""人 shopper: identities, encrypted, joined by reversible links that carry their evidence."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key
from device_profiles.values.handles import FORM


class Identity(Base):
    """A handle a shopper showed. `blind_index` is a keyed hash of the value's normal form, for
    finding it; `form` says by which rules that was made (0: those of release 0.1.0)."""

    __tablename__ = "identity"
    tenant_id: Mapped[str] = key()
    kind: Mapped[str] = key()
    blind_index: Mapped[str] = key(64)
    value_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    first_seen_at: Mapped[datetime]
    form: Mapped[int] = mapped_column(default=FORM)


class IdentityLink(Base):
    """Evidence that two identities are one person. Reversed, never deleted."""

    __tablename__ = "identity_link"
    tenant_id: Mapped[str] = key()
    link_id: Mapped[str] = key()
    kind_a: Mapped[str]
    blind_index_a: Mapped[str]
    kind_b: Mapped[str]
    blind_index_b: Mapped[str]
    evidence: Mapped[str]
    score: Mapped[float]
    linked_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
