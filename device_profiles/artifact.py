"""What is sent to devices as a signed file: its name and kind, and the files that hold plans and
prices."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from device_profiles.device import first_problem
from device_profiles.errors import AisleError
from device_profiles.files import UnreadableFile, read_text
from device_profiles.names import Profile
from device_profiles.planogram import PlanogramProfile
from device_profiles.values.bounds import ITEMS_MAX, Money
from device_profiles.values.gtin import Gtin
from device_profiles.values.money import CurrencyCode

ArtifactName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}(/[a-z0-9-]{1,40}){0,2}$", max_length=80)
]
"""`models/product-detector`, `prices/s01`: what stays the same from version to version."""

Document = TypeVar("Document", bound=Profile)


class InvalidArtifact(AisleError, ValueError):
    """A file that cannot be used as what it was sent as; the message says what is wrong with it."""


class ArtifactKind(StrEnum):
    """What a file is for."""

    MODEL = "model"
    GALLERY = "gallery"
    PLANOGRAM = "planogram"
    PRICE_LIST = "price-list"

    @property
    def is_folder(self) -> bool:
        """Whether it is several files, which travel packed."""
        return self in (ArtifactKind.MODEL, ArtifactKind.GALLERY)


class ListedPrice(Profile):
    """What one product costs."""

    gtin: Gtin
    price: Money = Field(ge=0, decimal_places=4, max_digits=16)


class PriceList(Profile):
    """What the products of a store cost, in one currency: a price per piece, or per kg for what is
    sold by weight."""

    currency: CurrencyCode
    prices: tuple[ListedPrice, ...] = Field(min_length=1, max_length=ITEMS_MAX)

    @model_validator(mode="after")
    def _products_are_priced_once(self) -> "PriceList":
        seen = set()
        for listed in self.prices:
            if listed.gtin in seen:
                raise ValueError(f"product {listed.gtin} is priced twice")
            seen.add(listed.gtin)
        return self

    @property
    def by_gtin(self) -> dict[str, Decimal]:
        """The prices."""
        return {listed.gtin: listed.price for listed in self.prices}


class PlanogramSet(Profile):
    """The plans of some fixtures; of several for one fixture the newest valid one holds."""

    planograms: tuple[PlanogramProfile, ...] = Field(min_length=1, max_length=ITEMS_MAX)

    def over(self, others: tuple[PlanogramProfile, ...]) -> tuple[PlanogramProfile, ...]:
        """These, and those of `others` whose fixture is not planned here."""
        planned = {plan.fixture_id for plan in self.planograms}
        return (*(plan for plan in others if plan.fixture_id not in planned), *self.planograms)


def read_price_list(path: Path) -> PriceList:
    """The price list in a JSON file. Raises InvalidArtifact with one line."""
    return _read(path, PriceList, "price list")


def read_planograms(path: Path) -> PlanogramSet:
    """The planograms in a JSON file. Raises InvalidArtifact with one line."""
    return _read(path, PlanogramSet, "planogram file")


def _read(path: Path, shape: type[Document], what: str) -> Document:
    try:
        return shape.model_validate_json(read_text(path, what, "JSON"))
    except UnreadableFile as error:
        raise InvalidArtifact(str(error)) from error
    except ValidationError as error:
        raise InvalidArtifact(f"{what} {path.name}: {first_problem(error)}") from error
