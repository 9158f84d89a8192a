"""The cooler in a store's lobby, as master data: people open it and pay by telephone, so that no
till counts what it sells."""

from datetime import datetime

from device_profiles.names import Names
from device_profiles.planogram import Feed, FixtureKind, FixtureProfile, PlanogramProfile, SlotPlan
from simulators.chain.goods import Good, demonstration_goods

LETTER = "B"
ROWS, COLUMNS = 2, 5
LANE_MM = 390.0
PHOTO_MIN = 60
NAME = Names(en="Lobby cooler, self-service", zh="大堂自助冷柜")
_LAYOUT = (
    ("Spring Water", "Jasmine Green Tea", "Oolong Tea", "Cola", "Cola Zero"),
    ("Iced Latte", "Black Coffee", "Coconut Water", "Energy Drink", "Electrolyte Water"),
)
"""None of them stands alone in the store's other cooler: a gap there stays a gap."""


def lobby_device_id(store_id: str) -> str:
    """The device of the store's lobby cooler."""
    return f"{store_id}-lobby"


def lobby_fixture_id(store_id: str) -> str:
    """The lobby cooler itself."""
    return f"{store_id}-{LETTER.lower()}"


def lobby_goods() -> dict[tuple[int, int], Good]:
    """What stands in each lane, by row from the top and column from the left, both from 1."""
    by_name = {good.name.text("en"): good for good in demonstration_goods() if good.in_cooler}
    return {
        (row, column): by_name[name]
        for row, names in enumerate(_LAYOUT, start=1)
        for column, name in enumerate(names, start=1)
    }


def lobby_fixture(store_id: str) -> FixtureProfile:
    """Two shelves of five lanes in which a pack stays where it stands, owned by Quanye."""
    return FixtureProfile(
        fixture_id=lobby_fixture_id(store_id),
        letter=LETTER,
        name=NAME,
        kind=FixtureKind.COOLER_UPRIGHT,
        rows=ROWS,
        columns=COLUMNS,
        feed=Feed.STILL,
        lane_mm=LANE_MM,
        owner_brand_id="quanye",
        unattended=True,
    )


def lobby_plan(store_id: str, valid_from: datetime) -> PlanogramProfile:
    """A lane a product."""
    fixture = lobby_fixture(store_id)
    return PlanogramProfile(
        planogram_id=f"{fixture.fixture_id}-plan",
        version=1,
        fixture_id=fixture.fixture_id,
        valid_from=valid_from,
        slots=tuple(
            SlotPlan(slot_id=fixture.slot_id(*place), gtin=good.gtin)
            for place, good in lobby_goods().items()
        ),
    )
