"""A mapping: which columns of a file mean what, and what the file does not say."""

import re
from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from device_profiles.device import first_problem
from device_profiles.files import UnreadableFile, read_toml
from device_profiles.names import Identifier, Names, Profile
from device_profiles.store import ZoneName
from device_profiles.values.code_layouts import DEFAULT_LAYOUTS, CodeLayout
from device_profiles.values.countries import Country
from device_profiles.values.money import CurrencyCode
from edge_agent.core.errors import EdgeError

SHIPPED = Path(__file__).parent / "mappings"


class UnusableMapping(EdgeError):
    """A mapping that cannot be used, or that does not fit its file."""


class CodeKind(StrEnum):
    """What the product column holds."""

    GTIN = "gtin"
    STORE = "store"


class NegativeQuantity(StrEnum):
    """What a line with a negative quantity is."""

    KEEP = "keep"
    STOCK_ADJUSTMENT = "stock-adjustment"


class RowKind(StrEnum):
    """What a row is: sold, brought back, taken back as if never sold, or none of the import's."""

    SALE = "sale"
    RETURN = "return"
    VOID = "void"
    SKIP = "skip"


KIND_WORDS: Mapping[RowKind, tuple[str, ...]] = {
    RowKind.SALE: (
        *("sale", "sold", "sale line", "payment", "exchange", "verkauf", "vk", "umtausch"),
        *("vente", "venta", "vendita", "销售", "售", "零售", "换货", "正常"),
    ),
    RowKind.RETURN: (
        *("return", "returned", "refund", "credit", "retoure", "rückgabe", "gutschrift"),
        *("retour", "devolución", "reso", "退货", "退款", "退"),
    ),
    RowKind.VOID: (
        *("void", "voided", "cancelled", "canceled", "storno", "storniert", "annulation"),
        *("anulado", "作废", "撤销", "冲正", "取消"),
    ),
}
"""What programs write in a column `kind`, in small letters; a mapping's `kinds` stand before it."""


class Columns(Profile):
    """Column names. Without `store` all rows belong to the mapping's `store_id`; without `amount`
    it is quantity x unit_price - discount; several discount columns add up. `time` is for files
    whose day and time stand apart; `workstation` for those that number each till's receipts by
    themselves; `kind` for those that say which rows are returns or voids; `voids` for those that
    say beside a void the number of the receipt that it takes back."""

    receipt: str
    ended_at: str
    time: str | None = None
    workstation: str | None = None
    kind: str | None = None
    voids: str | None = None
    unit: str | None = None
    code: str
    quantity: str
    store: str | None = None
    sequence: str | None = None
    amount: str | None = None
    unit_price: str | None = None
    discount: tuple[str, ...] = ()
    description: str | None = None
    identity: str | None = None

    @model_validator(mode="after")
    def _money_is_given(self) -> "Columns":
        if self.amount is None and self.unit_price is None:
            raise ValueError("name a column for `amount` or for `unit_price`")
        if self.voids is not None and self.kind is None:
            raise ValueError("name a column for `kind`: without it no row is a void of `voids`")
        return self

    def named(self) -> tuple[str, ...]:
        """Every column that must be in the file."""
        single = (
            self.receipt,
            self.ended_at,
            self.code,
            self.quantity,
            self.store,
            self.sequence,
            self.amount,
            self.unit_price,
            self.description,
            self.identity,
            self.time,
            self.workstation,
            self.kind,
            self.voids,
            self.unit,
        )
        named = (*(name for name in single if name is not None), *self.discount)
        return tuple(dict.fromkeys(named))

    @property
    def figures(self) -> frozenset[str]:
        """Those that hold numbers."""
        some = (self.quantity, self.amount, self.unit_price, *self.discount)
        return frozenset(name for name in some if name is not None)


class IdentityMapping(Profile):
    """What kind of handle the identity column holds."""

    kind: Identifier = "member"


class ReceiptMapping(Profile):
    """One kind of file. Times without a zone are in `file_time_zone`; `time_format` is strptime's,
    or several of them; ISO 8601 and what cannot be mistaken are read without. `encoding`,
    `delimiter` and `decimal` are found out where they are not given. `kinds` says which words of
    the column `kind` are a sale, a return, a void or skipped. `country` is where telephone numbers
    are that do not say so, `code_layouts` what stands inside the chain's own codes."""

    name: Identifier
    tenant_id: Identifier
    tenant_name: Names
    currency: CurrencyCode
    store_id: Identifier | None = None
    store_prefix: str = Field(default="store-", pattern=r"^[a-z0-9-]{0,20}$")
    workstation_id: Identifier = "till-1"
    file_time_zone: ZoneName = "UTC"
    store_time_zone: ZoneName = "UTC"
    time_format: str | tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    decimal: Literal[".", ","] | None = None
    country: Country | None = None
    code_layouts: tuple[CodeLayout, ...] = DEFAULT_LAYOUTS
    kinds: dict[RowKind, tuple[str, ...]] = Field(default_factory=dict)
    register_closes_at_h: int = Field(default=4, ge=0, le=12)
    code_kind: CodeKind = CodeKind.GTIN
    negative_quantity: NegativeQuantity = NegativeQuantity.KEEP
    selling_area_m2: float = Field(default=100.0, gt=0)
    opens: time = time(0, 0)
    closes: time = time(23, 59)
    columns: Columns
    identity: IdentityMapping = IdentityMapping()

    @model_validator(mode="before")
    @classmethod
    def _name_of_two_languages(cls, told: object) -> object:
        """Files of release 0.1.0 tell the chain's name as `tenant_en` and `tenant_zh`."""
        if not isinstance(told, dict) or "tenant_en" not in told:
            return told
        rest = dict(told)
        names = {tag: rest.pop(f"tenant_{tag}") for tag in ("en", "zh") if f"tenant_{tag}" in rest}
        return {"tenant_name": names} | rest

    @model_validator(mode="after")
    def _store_is_given(self) -> "ReceiptMapping":
        if (self.columns.store is None) == (self.store_id is None):
            raise ValueError("give either `store_id` or a column for `store`")
        return self

    @property
    def time_formats(self) -> tuple[str, ...]:
        """Every format of its times."""
        told = self.time_format
        return tuple(one for one in ((told,) if isinstance(told, str) else told) if one)

    def kind_of(self, word: str) -> RowKind | None:
        """What a row with this word in its column `kind` is; None for a word that says nothing."""
        said = " ".join(word.casefold().split())
        for words in (self.kinds, KIND_WORDS):
            for kind, some in words.items():
                if said in {one.casefold() for one in some}:
                    return kind
        return RowKind.SALE if not said else None

    def workstation_named(self, value: str) -> str:
        """The till's identifier for a value of the workstation column; the mapping's own where
        nothing usable is left."""
        plain = re.sub(r"[^a-z0-9]+", "-", value.strip().lower()).strip("-")[:30]
        return f"till-{plain}" if plain else self.workstation_id

    def store_named(self, value: str) -> str:
        """The store id for a value of the store column: in small letters, everything else a dash.

        Raises UnusableMapping where nothing usable is left.
        """
        store_id = self.store_prefix + re.sub(r"[^a-z0-9]+", "-", value.strip().lower()).strip("-")
        if len(store_id) > 34 or store_id in ("", self.store_prefix):
            raise UnusableMapping(
                f"store {value!r} makes no identifier (a-z, 0-9, dash; up to 34 characters)"
            )
        return store_id


def device_of(store_id: str) -> str:
    """The importing device of a store: one till each, with its own outbox."""
    return f"{store_id}-till"


def _whole(told: dict[str, Any]) -> dict[str, Any]:
    """A mapping's words with those of the shipped one that it is `like`, where it says so."""
    base = told.pop("like", None)
    if base is None:
        return told
    file = SHIPPED / f"{str(base).replace('-', '_')}.toml"
    if not file.is_file():
        raise UnusableMapping(f"like = {base!r}: there is no such shipped mapping")
    words = read_toml(file, "mapping")
    own = told.get("columns", {})
    if not isinstance(own, dict):
        raise UnusableMapping("columns: it needs a table, [columns]")
    columns = {**words.get("columns", {}), **own}
    if "store_id" in told:
        columns.pop("store", None)
    if "store" in own:
        words.pop("store_id", None)
    return {**words, **told, "columns": columns}


def load_mapping(name_or_path: str) -> ReceiptMapping:
    """A mapping from a file, or one that is shipped, by its name.

    Raises UnusableMapping with one line.
    """
    path = Path(name_or_path)
    shipped = SHIPPED / f"{name_or_path.replace('-', '_')}.toml"
    try:
        if path.is_file():
            words = read_toml(path, "mapping")
        elif shipped.is_file():
            words = read_toml(shipped, "mapping")
        else:
            known = sorted(one.name.removesuffix(".toml") for one in SHIPPED.iterdir())
            raise UnusableMapping(
                f"no mapping file {name_or_path}; shipped ones: {', '.join(known)}"
            )
        return ReceiptMapping.model_validate(_whole(words))
    except UnreadableFile as error:
        raise UnusableMapping(str(error)) from error
    except ValidationError as error:
        raise UnusableMapping(f"mapping {name_or_path}: {first_problem(error)}") from error
    except OSError as error:
        raise UnusableMapping(f"cannot read mapping {name_or_path}: {error.strerror}") from error
