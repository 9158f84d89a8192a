"""A store and a chain: places, devices, goods and who may see what. The hub's master data."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from device_profiles.chain_rules import broken_rules
from device_profiles.gtin import Gtin
from device_profiles.names import Identifier, Names, Profile
from device_profiles.planogram import FixtureProfile, PlanogramProfile


class DeviceKind(StrEnum):
    """What a device is for."""

    COOLER = "cooler"
    SHELF_CAMERA = "shelf-camera"
    DOOR = "door"
    TILL = "till"
    CART = "cart"


class OpeningHours(Profile):
    """Local opening and closing time of every day, but for the exceptions."""

    opens: time
    closes: time
    exceptions: dict[date, tuple[time, time] | None] = Field(default_factory=dict)


class StoreDevice(Profile):
    """A device the hub expects. `claim_token` lets it fetch its credentials once."""

    device_id: Identifier
    kind: DeviceKind
    name: Names
    claim_token: str = Field(min_length=16)
    fixture_id: Identifier | None = None
    simulated: bool = False


class ListingProfile(Profile):
    """A product that a store sells: price, the level it is filled up to, must it be there."""

    gtin: Gtin
    price: Decimal = Field(ge=0)
    par_units: int = Field(default=0, ge=0)
    must_have: bool = False


class PhotoPlan(Profile):
    """When photos of a fixture are due: every `interval_min` minutes in opening hours."""

    fixture_id: Identifier
    interval_min: int = Field(default=60, ge=1)


class StoreProfile(Profile):
    """One outlet."""

    store_id: Identifier
    name: Names
    time_zone: str
    gln: str = Field(default="", pattern=r"^([0-9]{13})?$")
    region: Names
    opening_hours: OpeningHours
    selling_area_m2: float = Field(gt=0)
    fixtures: tuple[FixtureProfile, ...] = ()
    devices: tuple[StoreDevice, ...] = ()
    listings: tuple[ListingProfile, ...] = ()
    photo_plans: tuple[PhotoPlan, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"time zone {zone!r} is not known; use an IANA name such as Asia/Shanghai"
                " or Etc/GMT-8"
            ) from error
        return zone


class BrandProfile(Profile):
    """A brand and the party behind it."""

    brand_id: Identifier
    name: Names


class ProductProfile(Profile):
    """A sellable item."""

    gtin: Gtin
    name: Names
    brand_id: Identifier
    category: Names
    width_mm: float = Field(default=65.0, gt=0)
    gross_weight_g: float | None = Field(default=None, gt=0)
    sold_by_weight: bool = False
    item_code: str | None = None


class LoginRole(StrEnum):
    """What a login may see and do."""

    HEAD_OFFICE = "head-office"
    BRAND = "brand"
    STORE = "store"
    TECHNICIAN = "technician"
    IT = "it"


class ChainProfile(Profile):
    """Everything the hub must know before the first event arrives."""

    tenant_id: Identifier
    name: Names
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    simulated: bool = False
    brands: tuple[BrandProfile, ...]
    products: tuple[ProductProfile, ...]
    stores: tuple[StoreProfile, ...]
    planograms: tuple[PlanogramProfile, ...] = ()

    @model_validator(mode="after")
    def _rules_hold(self) -> "ChainProfile":
        if broken := list(broken_rules(self)):
            more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
            raise ValueError(broken[0] + more)
        return self
