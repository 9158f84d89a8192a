"""Photos of a planned cooler, rendered with their truth, and a detector that sees just that."""

from datetime import UTC, datetime

import numpy as np

from device_profiles.camera import ShelfView
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import CoolerPicture, cooler_view, render_cooler
from vision_models.core.detections import Detections
from vision_models.core.frame import Image

AT = datetime(2026, 11, 1, tzinfo=UTC)
GTINS = ("06901234567892", "00036000291452", "04006381333931", "00000096385074")
ROWS, COLUMNS = 2, 5
STRANGER = 9200
FIXTURE = FixtureProfile.model_validate(
    {
        "fixture_id": "cooler",
        "letter": "A",
        "name": {"en": "Cooler", "zh": "冷柜"},
        "kind": "cooler-upright",
        "rows": ROWS,
        "columns": COLUMNS,
    }
)
PLANNED = {
    FIXTURE.slot_id(row, column): (column - 1 + row) % 4
    for row in range(1, ROWS + 1)
    for column in range(1, COLUMNS + 1)
}
PLANOGRAM = PlanogramProfile.model_validate(
    {
        "planogram_id": "plan",
        "version": 1,
        "fixture_id": "cooler",
        "valid_from": "2026-01-01T00:00:00Z",
        "slots": [{"slot_id": slot, "gtin": GTINS[number]} for slot, number in PLANNED.items()],
    }
)


def photograph(
    sprites: SpriteShelf,
    changes: dict[str, int | None],
    seed: int = 1,
    troubles: Troubles | None = None,
) -> tuple[CoolerPicture, ShelfView]:
    """A photo of the planned cooler but for `changes`: pack seeds from 9001, None for nothing."""
    rng = np.random.default_rng(seed)
    view = cooler_view(ROWS, COLUMNS, rng)
    stands = {slot: 9001 + number for slot, number in PLANNED.items()} | changes
    slots = {
        (int(slot[2]), int(slot[4])): unlisted_pack(seed)
        for slot, seed in stands.items()
        if seed is not None
    }
    return render_cooler(slots, view, rng, sprites, troubles), ShelfView(
        fixture_id="cooler", corners=view.corners
    )


class Boxes:
    """A detector that sees what was drawn, and nothing else."""

    def __init__(self, photo: CoolerPicture) -> None:
        self.boxes = np.array(list(photo.boxes.values()), np.float32)

    def detect(self, image: Image, at_s: float) -> Detections:
        return Detections(self.boxes, np.full(len(self.boxes), 0.9, np.float32))
