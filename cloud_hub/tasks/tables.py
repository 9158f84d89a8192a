"""Tasks and their answers."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from cloud_hub.core.storage.table import Base, key


class Task(Base):
    """Work for a person. `key` keeps one finding from making two tasks."""

    __tablename__ = "task"
    tenant_id: Mapped[str] = key()
    task_id: Mapped[str] = key(120)
    store_id: Mapped[str]
    finding: Mapped[str]
    text_en: Mapped[str]
    text_zh: Mapped[str]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
