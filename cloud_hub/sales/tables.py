"""Facts of sales: receipts, their lines and tenders, carts, revised days."""

from sqlalchemy.orm import Mapped

from cloud_hub.core.storage.table import Base, key


class ReceiptIdentity(Base):
    """An identity shown at a receipt."""

    __tablename__ = "receipt_identity"
    tenant_id: Mapped[str] = key()
    receipt_id: Mapped[str] = key(120)
    kind: Mapped[str] = key()
    blind_index: Mapped[str] = key(64)
