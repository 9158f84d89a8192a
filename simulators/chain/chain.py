"""The demonstration chain as master data: eight stores of Linguang Mart in the city of Yunzhou."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta

from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.planogram import FixtureKind, FixtureProfile, PlanogramProfile, SlotPlan
from device_profiles.store import (
    ChainProfile,
    DeviceKind,
    ListingProfile,
    PhotoPlan,
    StoreDevice,
    StoreProfile,
)
from simulators.chain.goods import BRANDS, Good, as_product, demonstration_goods
from simulators.chain.lobby import NAME as LOBBY_NAME
from simulators.chain.lobby import PHOTO_MIN as LOBBY_PHOTO_MIN
from simulators.chain.lobby import lobby_device_id, lobby_fixture, lobby_fixture_id, lobby_plan
from simulators.core.clock import HISTORY_DAYS, DemoTime

TENANT_ID = "linguang"
CURRENCY = "CNY"
OPENS_H = 7
CLOSES_H = 22
COOLER_ROWS = 4
COOLER_COLUMNS = 10
UNITS_A_FACING = 6
"""How many packs stand behind one another in a cooler slot."""
SHELF_PAR_UNITS = 18
PHOTO_MINUTE = 10
"""Photos are due at ten past, and at ten past and twenty to where they are half-hourly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """What makes one store different. `real` are the devices that run as processes of their own, as
    the lobby cooler does where there is one."""

    store_id: str
    name: Names
    region: Names
    visitors_a_day: int
    selling_area_m2: float
    character: str
    real: frozenset[DeviceKind] = frozenset()
    photo_interval_min: int = 60
    has_lobby_cooler: bool = False


_CENTRE = Names(en="Centre", zh="中心区")
_EAST = Names(en="East", zh="东区")
_WEST = Names(en="West", zh="西区")
_COOLER_ONLY = frozenset({DeviceKind.COOLER})
_ALL = frozenset({DeviceKind.COOLER, DeviceKind.DOOR, DeviceKind.TILL})

OUTLETS: tuple[Outlet, ...] = (
    Outlet(
        store_id="s01",
        name=Names(en="Jiangkou Road flagship", zh="江口路旗舰店"),
        region=_CENTRE,
        visitors_a_day=450,
        selling_area_m2=168.0,
        character="street",
        real=_ALL | {DeviceKind.CART},
        photo_interval_min=30,
        has_lobby_cooler=True,
    ),
    Outlet(
        store_id="s02",
        name=Names(en="South Bridge", zh="南桥地铁店"),
        region=_CENTRE,
        visitors_a_day=420,
        selling_area_m2=92.0,
        character="commuters",
        real=_COOLER_ONLY,
    ),
    Outlet(
        store_id="s03",
        name=Names(en="Campus", zh="大学城店"),
        region=_EAST,
        visitors_a_day=390,
        selling_area_m2=110.0,
        character="students",
    ),
    Outlet(
        store_id="s04",
        name=Names(en="Hospital", zh="云海医院店"),
        region=_EAST,
        visitors_a_day=350,
        selling_area_m2=85.0,
        character="street",
    ),
    Outlet(
        store_id="s05",
        name=Names(en="West Town", zh="西城店"),
        region=_WEST,
        visitors_a_day=320,
        selling_area_m2=120.0,
        character="homes",
        real=_COOLER_ONLY,
    ),
    Outlet(
        store_id="s06",
        name=Names(en="Airport Road", zh="机场路店"),
        region=_WEST,
        visitors_a_day=330,
        selling_area_m2=135.0,
        character="street",
        real=_ALL,
    ),
    Outlet(
        store_id="s07",
        name=Names(en="Riverside", zh="滨河店"),
        region=_EAST,
        visitors_a_day=280,
        selling_area_m2=98.0,
        character="homes",
    ),
    Outlet(
        store_id="s08",
        name=Names(en="Old Street", zh="老街店"),
        region=_CENTRE,
        visitors_a_day=300,
        selling_area_m2=76.0,
        character="street",
    ),
)

_LAYOUT = (
    "Spring Water*2, Sparkling Water*2, Lime Sparkling*2, Electrolyte Water*2, Vitamin Berry*2",
    "Jasmine Green Tea*2, White Peach Oolong, Oolong Tea*2, Lemon Black Tea*2, Barley Tea,"
    " Chrysanthemum Tea, Plum Juice",
    "Cola*2, Cola Zero*2, Orange Soda, Lychee Soda, Energy Drink*2, Iced Latte*2",
    "Black Coffee*2, Soy Milk*2, Coconut Water*2, Grape Drink, Mango Drink, Yoghurt Drink*2",
)


def outlets(stores: int) -> tuple[Outlet, ...]:
    """The first `stores` outlets; of two, S01 and S06, which carry the story.

    Raises ValueError unless `stores` is between 1 and 8.
    """
    if not 1 <= stores <= len(OUTLETS):
        raise ValueError(
            f"the demonstration chain has 1 to {len(OUTLETS)} stores, not {stores}; give --stores 8"
        )
    order = [0, 5, *(index for index in range(len(OUTLETS)) if index not in (0, 5))]
    return tuple(OUTLETS[index] for index in sorted(order[:stores]))


def cooler_slots(letter: str = "A") -> dict[str, str]:
    """GTIN planned in every slot of the chain's cooler, by slot id, row by row from the top."""
    by_name = {good.name.text("en"): good.gtin for good in demonstration_goods() if good.in_cooler}
    slots: dict[str, str] = {}
    for row, text in enumerate(_LAYOUT, start=1):
        column = 1
        for part in text.split(","):
            name, _, facings = part.strip().partition("*")
            for _ in range(int(facings or 1)):
                slots[f"{letter}-{row}-{column}"] = by_name[name]
                column += 1
    return slots


def facings_planned() -> dict[str, int]:
    """How many slots each cooler product has."""
    planned = list(cooler_slots().values())
    return {gtin: planned.count(gtin) for gtin in planned}


def par_units(good: Good) -> int:
    """The level on the sales floor that a product is filled up to (kilograms for fruit)."""
    if good.in_cooler:
        return UNITS_A_FACING * facings_planned()[good.gtin]
    return SHELF_PAR_UNITS


def fixture_of(store_id: str) -> FixtureProfile:
    """The store's cooler, owned by Quanye."""
    return FixtureProfile(
        fixture_id=f"{store_id}-a",
        letter="A",
        name=Names(en="Cooler A", zh="冷柜 A"),
        kind=FixtureKind.COOLER_UPRIGHT,
        rows=COOLER_ROWS,
        columns=COOLER_COLUMNS,
        owner_brand_id="quanye",
    )


def planogram_of(store_id: str, time_: DemoTime) -> PlanogramProfile:
    """The cooler's plan, in force since the day before the history begins."""
    return PlanogramProfile(
        planogram_id=f"{store_id}-a-plan",
        version=1,
        fixture_id=f"{store_id}-a",
        valid_from=time_.at(time_.today - timedelta(days=HISTORY_DAYS + 1), 0),
        slots=tuple(SlotPlan(slot_id=slot, gtin=gtin) for slot, gtin in cooler_slots().items()),
    )


def claim_token(claim_key: bytes, device_id: str) -> str:
    """The token with which a device claims its credentials, once."""
    return hmac.new(claim_key, device_id.encode(), hashlib.sha256).hexdigest()[:40]


_DEVICE_NAMES = {
    DeviceKind.COOLER: Names(en="Cooler A", zh="冷柜 A"),
    DeviceKind.DOOR: Names(en="Door camera", zh="门口摄像头"),
    DeviceKind.TILL: Names(en="Till 1", zh="收银台 1"),
    DeviceKind.CART: Names(en="Cart 1", zh="智能购物车 1"),
}


def device_id(store_id: str, kind: DeviceKind) -> str:
    """The id of a store's only device of a kind."""
    return f"{store_id}-{kind.value}"


def _devices(outlet: Outlet, claim_key: bytes) -> Iterable[StoreDevice]:
    for kind, name in _DEVICE_NAMES.items():
        if kind is DeviceKind.CART and kind not in outlet.real:
            continue
        identity = device_id(outlet.store_id, kind)
        yield StoreDevice(
            device_id=identity,
            kind=kind,
            name=name,
            claim_token=claim_token(claim_key, identity),
            fixture_id=f"{outlet.store_id}-a" if kind is DeviceKind.COOLER else None,
            simulated=kind not in outlet.real,
        )
    if outlet.has_lobby_cooler:
        identity = lobby_device_id(outlet.store_id)
        yield StoreDevice(
            device_id=identity,
            kind=DeviceKind.COOLER,
            name=LOBBY_NAME,
            claim_token=claim_token(claim_key, identity),
            fixture_id=lobby_fixture_id(outlet.store_id),
        )


def _fixtures(outlet: Outlet) -> Iterable[FixtureProfile]:
    yield fixture_of(outlet.store_id)
    if outlet.has_lobby_cooler:
        yield lobby_fixture(outlet.store_id)


def _photo_plans(outlet: Outlet) -> Iterable[PhotoPlan]:
    yield PhotoPlan(fixture_id=f"{outlet.store_id}-a", interval_min=outlet.photo_interval_min)
    if outlet.has_lobby_cooler:
        yield PhotoPlan(fixture_id=lobby_fixture_id(outlet.store_id), interval_min=LOBBY_PHOTO_MIN)


def _planograms(outlet: Outlet, time_: DemoTime) -> Iterable[PlanogramProfile]:
    plan = planogram_of(outlet.store_id, time_)
    yield plan
    if outlet.has_lobby_cooler:
        yield lobby_plan(outlet.store_id, plan.valid_from)


def opening_hours() -> OpeningHours:
    """Seven in the morning to ten at night, every day."""
    return OpeningHours.daily(time(OPENS_H), time(CLOSES_H))


def _store(outlet: Outlet, time_: DemoTime, claim_key: bytes) -> StoreProfile:
    return StoreProfile(
        store_id=outlet.store_id,
        name=outlet.name,
        time_zone=time_.zone_name,
        region=outlet.region,
        opening_hours=opening_hours(),
        selling_area_m2=outlet.selling_area_m2,
        fixtures=tuple(_fixtures(outlet)),
        devices=tuple(_devices(outlet, claim_key)),
        listings=tuple(
            ListingProfile(
                gtin=good.gtin,
                price=good.price,
                par_units=par_units(good),
                must_have=good.in_cooler,
            )
            for good in demonstration_goods()
        ),
        photo_plans=tuple(_photo_plans(outlet)),
    )


def build_chain(chosen: tuple[Outlet, ...], time_: DemoTime, claim_key: bytes) -> ChainProfile:
    """The chain's master data. `claim_key` makes the claim tokens, so that nobody who knows the
    demonstration's seed can claim a device of somebody else's hub."""
    return ChainProfile(
        tenant_id=TENANT_ID,
        name=Names(en="Linguang Mart", zh="邻光便利"),
        currency=CURRENCY,
        simulated=True,
        brands=BRANDS,
        products=tuple(as_product(good) for good in demonstration_goods()),
        stores=tuple(_store(outlet, time_, claim_key) for outlet in chosen),
        planograms=tuple(plan for outlet in chosen for plan in _planograms(outlet, time_)),
    )
