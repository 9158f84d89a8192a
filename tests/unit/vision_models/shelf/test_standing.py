"""One photo in figures."""

from device_profiles.planogram import PlanogramProfile
from tests.stage.shelf_photos import (
    GTINS,
    PLANOGRAM,
)
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import Facing, ShelfReading
from vision_models.shelf.standing import standing_of

A, B, C, D = GTINS


def seen(slots: dict[str, str | None], **more) -> ShelfReading:
    """A clear reading with a product (None: unknown) in each slot of `slots`."""
    facings = tuple(
        Facing(box=(0, 0, 10, 20), gtin=gtin, score=0.9, slot_id=slot, certainty=0.5)
        for slot, gtin in slots.items()
    )
    return ShelfReading(quality=Quality.CLEAR, facings=facings, **more)


def test_one_photo_in_figures() -> None:
    plan = PlanogramProfile.model_validate(
        PLANOGRAM.model_dump()
        | {
            "slots": [{"slot_id": "A-1-1", "gtin": A}, {"slot_id": "A-1-2", "gtin": B}],
            "must_have": [A, B, C],
        }
    )
    figures = standing_of(seen({"A-1-1": B, "A-1-2": B, "A-1-3": D, "A-1-4": None}), plan)
    assert figures is not None
    assert figures.share_by_number == {B: 0.5, D: 0.25}
    assert figures.share_by_width == {B: 0.5, D: 0.25}
    assert [one.slot_id for one in figures.misplaced] == ["A-1-1"]
    assert [one.gtin for one in figures.foreign] == [D]
    assert figures.purity == (0.5, 0.75)
    assert figures.missing == (A, C)


def test_what_may_be_hidden_is_not_called_missing() -> None:
    figures = standing_of(seen({}, hidden_slots=("A-1-1",)), PLANOGRAM)
    assert figures is not None
    assert figures.missing is None
