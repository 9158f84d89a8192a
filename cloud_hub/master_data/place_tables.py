"""场 place: chain, stores, fixtures, slots, devices, planograms."""

import secrets
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key, key_int
from device_profiles.names import Names
from device_profiles.values.code_layouts import DEFAULT_LAYOUTS


def new_naming_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_hex(16)


class Tenant(Base):
    """One chain. `naming_key` is a secret by which its brands' letters ("Other A") are drawn;
    `code_layouts` say what stands inside its own codes; `country` is where its telephone numbers
    are when they do not say so, None for each store's own."""

    __tablename__ = "tenant"
    tenant_id: Mapped[str] = key()
    name: Mapped[Names]
    currency: Mapped[str]
    simulated: Mapped[bool]
    naming_key: Mapped[str] = mapped_column(default=new_naming_key)
    code_layouts: Mapped[list[Any]] = mapped_column(default=lambda: list(DEFAULT_LAYOUTS))
    country: Mapped[str | None] = mapped_column(sa.String(2))


class StoreRow(Base):
    """One outlet. `opening_hours` is device_profiles.store.OpeningHours as JSON; `retired_from` is
    the first business day on which it is there no more."""

    __tablename__ = "store"
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    name: Mapped[Names]
    region: Mapped[Names]
    time_zone: Mapped[str]
    gln: Mapped[str]
    opening_hours: Mapped[dict[str, Any]]
    selling_area_m2: Mapped[float]
    retired_from: Mapped[date | None]


class FixtureRow(Base):
    """A piece of furniture. `photo_interval_min` is when its next photo is due, if ever; what is
    taken from an `unattended` one passes no till. `retired_from` as of a store."""

    __tablename__ = "fixture"
    tenant_id: Mapped[str] = key()
    fixture_id: Mapped[str] = key()
    store_id: Mapped[str]
    letter: Mapped[str]
    name: Mapped[Names]
    kind: Mapped[str]
    rows: Mapped[int]
    columns: Mapped[int]
    owner_brand_id: Mapped[str | None]
    photo_interval_min: Mapped[int | None]
    unattended: Mapped[bool] = mapped_column(server_default=sa.false())
    retired_from: Mapped[date | None]


class PlanogramRow(Base):
    """A version of a fixture's plan. `must_have` is its priority list, a list of GTINs."""

    __tablename__ = "planogram"
    tenant_id: Mapped[str] = key()
    planogram_id: Mapped[str] = key()
    version: Mapped[int] = key_int()
    fixture_id: Mapped[str]
    valid_from: Mapped[datetime]
    must_have: Mapped[list[Any]]


class PlanogramSlot(Base):
    """What one slot of a planogram version should hold; `others` may lie there as well."""

    __tablename__ = "planogram_slot"
    tenant_id: Mapped[str] = key()
    planogram_id: Mapped[str] = key()
    version: Mapped[int] = key_int()
    slot_id: Mapped[str] = key()
    gtin: Mapped[str]
    min_facings: Mapped[int]
    max_facings: Mapped[int]
    others: Mapped[list[Any]]


class DeviceRow(Base):
    """A device the hub knows. Credentials are hashes; `claimed_at` is set by its first claim.
    `first_connected_at` is its first hello ever, `connected_at` its latest; `left_at`: since when
    the chain names it no more; `disabled_at`: since when it is let in no more."""

    __tablename__ = "device"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    store_id: Mapped[str]
    kind: Mapped[str]
    name: Mapped[Names]
    fixture_id: Mapped[str | None]
    simulated: Mapped[bool]
    claim_token_hash: Mapped[str]
    password_hash: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    first_connected_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    agent_version: Mapped[str | None]
    left_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
