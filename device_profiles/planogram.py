"""A planogram: which product belongs in which slot of a fixture, from when to when."""

from enum import StrEnum

from pydantic import Field, model_validator

from device_profiles.names import Identifier, Names, Profile, SlotId
from device_profiles.values.bounds import ITEMS_MAX, Count, Moment, Seq
from device_profiles.values.codes import ProductCode


class FixtureKind(StrEnum):
    """The furniture that goods stand on."""

    COOLER_UPRIGHT = "cooler-upright"
    COOLER_CHEST = "cooler-chest"
    GONDOLA = "gondola"
    END_CAP = "end-cap"
    FLOOR_STACK = "floor-stack"
    CABINET = "cabinet"


class Feed(StrEnum):
    """Where the next pack of a lane is seen when the front one is gone: STILL, further back, where
    it stood; SLIDING (gravity, pushers), in the same place."""

    STILL = "still"
    SLIDING = "sliding"


class FixtureProfile(Profile):
    """A piece of furniture with rows of slots. `letter` leads its slot ids (`A` in `A-2-3`).

    `feed` and `lane_mm`, how deep a lane is, say what photos tell about packs taken; without them
    nothing is estimated. `owner_brand_id` is set where a brand owns the fixture: there every brand
    is named; on a retailer's own fixture a brand sees its rivals as "Other A, B". `unattended`:
    what is taken from it passes no till, also where the store has one (a cooler that people open
    and pay for by themselves).
    """

    fixture_id: Identifier
    letter: str = Field(pattern=r"^[A-Z]{1,2}$")
    name: Names
    kind: FixtureKind
    rows: int = Field(ge=1, le=20)
    columns: int = Field(ge=1, le=60)
    feed: Feed | None = None
    lane_mm: float | None = Field(default=None, gt=0, le=3000)
    owner_brand_id: Identifier | None = None
    unattended: bool = False

    def slot_id(self, row: int, column: int) -> str:
        """Slot id of `row` from the top and `column` from the left, both from 1."""
        return f"{self.letter}-{row}-{column}"


class SlotPlan(Profile):
    """One slot's plan: the product and how many facings of it. In a chest freezer a slot is a
    basket, in which `others` may lie beside it."""

    slot_id: SlotId
    gtin: ProductCode
    others: tuple[ProductCode, ...] = Field(default=(), max_length=ITEMS_MAX)
    min_facings: Count = Field(default=1, ge=1)
    max_facings: Count = Field(default=1, ge=1)


class PlanogramProfile(Profile):
    """The plan of one fixture. A later version replaces an earlier one from `valid_from`.

    `slots` say what stands where. `must_have` is a priority list: what has to stand somewhere on
    the fixture, wherever; a plan may be that list alone.
    """

    planogram_id: Identifier
    version: Seq
    fixture_id: Identifier
    valid_from: Moment
    slots: tuple[SlotPlan, ...] = Field(default=(), max_length=ITEMS_MAX)
    must_have: tuple[ProductCode, ...] = Field(default=(), max_length=ITEMS_MAX)

    @model_validator(mode="after")
    def _slots_are_planned_once(self) -> "PlanogramProfile":
        if not self.slots and not self.must_have:
            raise ValueError(
                f"planogram {self.planogram_id!r} plans nothing; give it slots or must_have"
            )
        twice = [gtin for gtin in self.must_have if self.must_have.count(gtin) > 1]
        if twice:
            raise ValueError(f"planogram {self.planogram_id!r} must have {twice[0]} twice")
        seen = set()
        for slot in self.slots:
            if slot.slot_id in seen:
                raise ValueError(f"planogram {self.planogram_id!r} plans slot {slot.slot_id} twice")
            seen.add(slot.slot_id)
        return self

    def product_in(self, slot_id: str) -> str | None:
        """GTIN planned in `slot_id`, or None where nothing is planned."""
        return next((slot.gtin for slot in self.slots if slot.slot_id == slot_id), None)

    @property
    def products(self) -> frozenset[str]:
        """Every GTIN that belongs on the fixture."""
        slotted = {gtin for slot in self.slots for gtin in (slot.gtin, *slot.others)}
        return frozenset(slotted | set(self.must_have))
