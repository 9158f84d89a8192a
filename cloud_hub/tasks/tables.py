"""Tasks and their answers."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key
from cloud_hub.core.storage.words import SaidJson
from cloud_hub.core.text import Text
from device_profiles.names import Names


class Task(Base):
    """Work for a person. `text` says what to do: a sentence, or what release 0.1.0 wrote of it."""

    __tablename__ = "task"
    tenant_id: Mapped[str] = key()
    task_id: Mapped[str] = key(120)
    store_id: Mapped[str]
    finding: Mapped[str]
    text: Mapped[Text | Names] = mapped_column(SaidJson())
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
