"""A store and a chain: places, devices, goods and who may see what. The hub's master data."""

from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from device_profiles.chain_rules import broken_rules
from device_profiles.names import Identifier, Names, Profile
from device_profiles.opening_hours import OpeningHours
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from device_profiles.values.bounds import ITEMS_MAX, Amount, Count, Money, Secret, Word
from device_profiles.values.code_layouts import DEFAULT_LAYOUTS, LAYOUTS_MOST, CodeLayout
from device_profiles.values.codes import ProductCode
from device_profiles.values.countries import Country
from device_profiles.values.money import CurrencyCode


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"time zone {zone!r} is not known; use an IANA name such as Asia/Shanghai or Etc/GMT-8"
        ) from error
    return zone


ZoneName = Annotated[Word, AfterValidator(_known_zone)]
"""An IANA time zone that this machine knows."""


class DeviceKind(StrEnum):
    """What a device is for."""

    COOLER = "cooler"
    SHELF_CAMERA = "shelf-camera"
    DOOR = "door"
    TILL = "till"
    CART = "cart"


class StoreDevice(Profile):
    """A device the hub expects. `claim_token` lets it fetch its credentials once."""

    device_id: Identifier
    kind: DeviceKind
    name: Names
    claim_token: Secret = Field(min_length=16)
    fixture_id: Identifier | None = None
    simulated: bool = False


class ListingProfile(Profile):
    """A product that a store sells: price, the level it is filled up to, must it be there."""

    gtin: ProductCode
    price: Money = Field(ge=0)
    par_units: Count = 0
    must_have: bool = False


class PhotoPlan(Profile):
    """When photos of a fixture are due: every `interval_min` minutes in opening hours."""

    fixture_id: Identifier
    interval_min: Count = Field(default=60, ge=1)


class StoreProfile(Profile):
    """One outlet."""

    store_id: Identifier
    name: Names
    time_zone: ZoneName
    gln: str = Field(default="", pattern=r"^([0-9]{13})?$")
    region: Names
    opening_hours: OpeningHours
    selling_area_m2: Amount = Field(gt=0)
    fixtures: tuple[FixtureProfile, ...] = Field(default=(), max_length=ITEMS_MAX)
    devices: tuple[StoreDevice, ...] = Field(default=(), max_length=ITEMS_MAX)
    listings: tuple[ListingProfile, ...] = Field(default=(), max_length=ITEMS_MAX)
    photo_plans: tuple[PhotoPlan, ...] = Field(default=(), max_length=ITEMS_MAX)


class BrandProfile(Profile):
    """A brand and the party behind it."""

    brand_id: Identifier
    name: Names


class ProductProfile(Profile):
    """A sellable item."""

    gtin: ProductCode
    name: Names
    brand_id: Identifier
    category: Names
    width_mm: Amount = Field(default=65.0, gt=0)
    gross_weight_g: Amount | None = Field(default=None, gt=0)
    sold_by_weight: bool = False
    item_code: Word | None = None


class LoginRole(StrEnum):
    """What a login may see and do."""

    HEAD_OFFICE = "head-office"
    BRAND = "brand"
    STORE = "store"
    TECHNICIAN = "technician"
    IT = "it"


class ChainProfile(Profile):
    """Everything the hub must know before the first event arrives. `code_layouts` say what stands
    inside the chain's own codes (numbers of restricted circulation, which are no GTIN).
    `country` (ISO 3166, two letters) is where telephone numbers are that do not say so; without it
    that of each store's time zone."""

    tenant_id: Identifier
    name: Names
    currency: CurrencyCode
    code_layouts: tuple[CodeLayout, ...] = Field(default=DEFAULT_LAYOUTS, max_length=LAYOUTS_MOST)
    country: Country | None = None
    simulated: bool = False
    brands: tuple[BrandProfile, ...] = Field(max_length=ITEMS_MAX)
    products: tuple[ProductProfile, ...] = Field(max_length=ITEMS_MAX)
    stores: tuple[StoreProfile, ...] = Field(max_length=ITEMS_MAX)
    planograms: tuple[PlanogramProfile, ...] = Field(default=(), max_length=ITEMS_MAX)

    @model_validator(mode="after")
    def _rules_hold(self) -> "ChainProfile":
        if broken := list(broken_rules(self)):
            more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
            raise ValueError(broken[0] + more)
        return self
