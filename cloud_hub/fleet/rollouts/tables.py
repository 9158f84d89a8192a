"""Versions on their way to devices, which device was asked when, and days on which none is."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key
from cloud_hub.core.storage.words import SaidJson
from cloud_hub.core.text import Text
from device_profiles.names import Names


class ArtifactRollout(Base):
    """A version of an artifact on its way to devices, wave by wave. `hours` are those of a store's
    own clock in which its devices may be asked (`02:00-05:00`, none: any), `closed_only` not while
    the store is open. `metric` judges it: the rollout does harm where that is worse by more than
    `worse_by`, and nothing is said of fewer than `least_hours`. `state` is that of RolloutState,
    `why` its reason; `judged` what was said of the metric last, at `judged_at`."""

    __tablename__ = "artifact_rollout"
    tenant_id: Mapped[str] = key()
    name: Mapped[str] = key(80)
    version: Mapped[int]
    share: Mapped[float]
    stop_above: Mapped[float]
    pause_min: Mapped[float]
    hours: Mapped[str]
    closed_only: Mapped[bool]
    metric: Mapped[str]
    worse_by: Mapped[float]
    least_hours: Mapped[int]
    state: Mapped[str]
    why: Mapped[Text | Names | None] = mapped_column(SaidJson())
    judged: Mapped[Text | Names | None] = mapped_column(SaidJson())
    judged_at: Mapped[datetime | None]
    begun_at: Mapped[datetime]
    begun_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    asked_at: Mapped[datetime | None]


class RolloutDevice(Base):
    """A device that a rollout means: in which wave, at which `place` of all. `version_before` is
    the version that was wanted of it when it was asked, null for what it was fitted with."""

    __tablename__ = "rollout_device"
    tenant_id: Mapped[str] = key()
    name: Mapped[str] = key(80)
    device_id: Mapped[str] = key()
    place: Mapped[int]
    wave: Mapped[int]
    asked_at: Mapped[datetime | None]
    version_before: Mapped[int | None]


class RolloutFreeze(Base):
    """Days of the chain, both included, on which nothing new is asked of any device."""

    __tablename__ = "rollout_freeze"
    tenant_id: Mapped[str] = key()
    freeze_id: Mapped[str] = key(20)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class RolloutRule(Base):
    """What the hub that started last is set to, for commands beside it: of which kinds of artifacts
    another login must approve what one asks for."""

    __tablename__ = "rollout_rule"
    tenant_id: Mapped[str] = key()
    second_kinds: Mapped[list[Any]]
