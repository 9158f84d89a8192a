"""What people said about pictures becomes reference pictures of a SKU gallery.

The only module of the hub that looks at pixels; it needs the extra `vision`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import HubError
from cloud_hub.core.media_store import Pictures
from cloud_hub.review.tables import Answer, Reason, ReviewItem

MOST_A_SKU = 5
"""The newest answers of a product are enough: a gallery grows by what it got wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What one export did; `left_out` says of each answer that adds nothing why."""

    answers: int
    added: int
    products: int
    left_out: tuple[str, ...]
    look_alikes: tuple[tuple[str, str, float], ...]


def export_answers(session: Session, pictures: Pictures, tenant_id: str, gallery: Path) -> Exported:
    """Enrols the crops of answered questions into the gallery's folder, which may be new.

    Only what a device did not know or had wrong. The same answers twice add nothing. An answer
    whose photo is missing or damaged is left out, the others go on. Raises HubError where the
    gallery cannot be used or the extra `vision` is not installed.
    """
    try:
        from vision_models.core.errors import UnusablePicture, VisionError
        from vision_models.core.pictures import read_crop
        from vision_models.naming.gallery import Gallery
        from vision_models.networks.embedding import Embedder
    except ModuleNotFoundError as error:
        raise HubError(
            f"a gallery needs {error.name}, which is not installed here:"
            " pip install 'aisleos[vision]'"
        ) from error
    answers = _answers(session, tenant_id)
    added, products, left_out = 0, set[str](), list[str]()
    alike: list[tuple[str, str, float]] = []
    try:
        opened = Gallery.open_or_make(gallery, Embedder.shipped())
        for item in answers:
            path = pictures.path(item.photo_sha256)
            if not path.is_file() or item.answer_gtin is None or item.answered_at is None:
                left_out.append(f"{item.item_id}: its photo {item.photo_sha256} is not here")
                continue
            origin = f"review {item.item_id} by {item.answered_by}"
            try:
                crop = read_crop(path, item.box)
                done = opened.enroll(item.answer_gtin, [(origin, crop)], item.answered_at)
            except UnusablePicture as error:
                left_out.append(f"{item.item_id}: {error}")
                continue
            added += done.added
            products.add(item.answer_gtin)
            if done.added:
                alike += [(item.answer_gtin, one.gtin, one.score) for one in done.look_alikes]
    except VisionError as error:
        raise HubError(str(error)) from error
    return Exported(
        answers=len(answers),
        added=added,
        products=len(products),
        left_out=tuple(left_out),
        look_alikes=tuple(dict.fromkeys(alike)),
    )


def _answers(session: Session, tenant_id: str) -> Sequence[ReviewItem]:
    """Settled answers that name a product which the device did not, the newest few of each."""
    rows = session.scalars(
        sa.select(ReviewItem)
        .where(
            ReviewItem.tenant_id == tenant_id,
            ReviewItem.answer == Answer.SKU.value,
            ReviewItem.wanted_answers == 0,
            sa.or_(
                ReviewItem.reason != Reason.AUDIT.value,
                ReviewItem.seen_gtin != ReviewItem.answer_gtin,
            ),
        )
        .order_by(ReviewItem.answered_at.desc(), ReviewItem.item_id)
    )
    taken: Counter[str] = Counter()
    kept = []
    for item in rows:
        taken[item.answer_gtin or ""] += 1
        if taken[item.answer_gtin or ""] <= MOST_A_SKU:
            kept.append(item)
    return kept[::-1]
