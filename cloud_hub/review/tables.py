"""What people are asked about pictures, what they said, and the pictures they compare with."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


class Reason(StrEnum):
    """Why somebody is asked: nothing was recognised, the answer was not sure, a sample of the sure
    ones, or a person said that it is wrong."""

    UNKNOWN = "unknown"
    UNCERTAIN = "uncertain"
    AUDIT = "audit"
    REPORTED = "reported"


class Answer(StrEnum):
    """What it is: a product of the list, one that is not on it, no product; or the picture does
    not tell."""

    SKU = "sku"
    FOREIGN = "foreign"
    NOT_A_PRODUCT = "not-a-product"
    UNCLEAR = "unclear"


class ReviewItem(Base):
    """One product at a shelf's front that a person is asked about. `box` is x1, y1, x2, y2 in the
    photo's pixels; `seen_gtin` what the device took it for, null for unknown; `candidates` what it
    held possible, best first. `model` is the weights that read it. `answer` is what holds now: null
    before the first answer and while two people disagree. `wanted_answers`: how many more people
    are asked; 0 once it is settled."""

    __tablename__ = "review_item"
    __table_args__ = (
        Index("review_by_fixture", "tenant_id", "fixture_id", "taken_at"),
        Index("review_by_answer", "tenant_id", "reason", "answered_at"),
    )
    tenant_id: Mapped[str] = key()
    item_id: Mapped[str] = key()
    store_id: Mapped[str]
    fixture_id: Mapped[str]
    observation_id: Mapped[str]
    photo_sha256: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    taken_at: Mapped[datetime]
    business_day: Mapped[date] = mapped_column(Date)
    slot_id: Mapped[str | None]
    box: Mapped[list[Any]]
    seen_gtin: Mapped[str | None]
    certainty: Mapped[float | None]
    candidates: Mapped[list[Any]]
    model: Mapped[str]
    reason: Mapped[str]
    queued_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    answer: Mapped[str | None]
    answer_gtin: Mapped[str | None]
    wanted_answers: Mapped[int] = mapped_column(server_default="0")


class ReviewOpinion(Base):
    """What one person said to a question. Nobody who is asked sees another's."""

    __tablename__ = "review_opinion"
    tenant_id: Mapped[str] = key()
    item_id: Mapped[str] = key()
    answered_by: Mapped[str] = key(80)
    answered_at: Mapped[datetime]
    answer: Mapped[str]
    answer_gtin: Mapped[str | None]


class ReferencePicture(Base):
    """A picture of one product alone, shown beside a question. Its bytes lie under `sha256`."""

    __tablename__ = "reference_picture"
    tenant_id: Mapped[str] = key()
    gtin: Mapped[str] = key(14)
    sha256: Mapped[str] = key(64)
    media_type: Mapped[str]
    origin: Mapped[str]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
