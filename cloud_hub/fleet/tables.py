"""What goes down to devices and what they say of it: commands, desired and reported state; and
what the hub knows of their clocks."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from cloud_hub.core.storage.table import Base, key


class DeviceCommand(Base):
    """One command to one device. `offered_at` is when it was last published; `outcome` is null
    until the device says what became of it."""

    __tablename__ = "device_command"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    command_id: Mapped[str] = key(80)
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    expires_in_s: Mapped[float]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    offered_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    detail: Mapped[str]
    finished_at: Mapped[datetime | None]


class DeviceShadow(Base):
    """What a device is wanted to be, whole, under a version that only rises; and what it says it
    is, from its event `reported_epoch`/`reported_seq` of the lane of results."""

    __tablename__ = "device_shadow"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    desired_version: Mapped[int]
    desired: Mapped[dict[str, Any]]
    desired_at: Mapped[datetime | None]
    desired_by: Mapped[str]
    reported_epoch: Mapped[int]
    reported_seq: Mapped[int]
    reported_version: Mapped[int]
    reported: Mapped[dict[str, Any]]
    reported_at: Mapped[datetime | None]


class DeviceCertificate(Base):
    """A certificate that the hub's authority gave a device: its serial number in hexadecimal
    digits, the fingerprint of the root that signed it, its own, and since when it counts no more
    before its time. A renewed one overlaps the one before."""

    __tablename__ = "device_certificate"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    serial: Mapped[str] = key()
    issuer: Mapped[str]
    fingerprint: Mapped[str]
    issued_at: Mapped[datetime]
    not_after: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ShownCode(Base):
    """A claim code that `login_name` has just made and may see until then, encrypted under a key
    that is kept nowhere."""

    __tablename__ = "shown_code"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    login_name: Mapped[str]
    sealed: Mapped[str]
    until: Mapped[datetime]


class Knock(Base):
    """A device that tried to claim this name from this address and was not let in, how often."""

    __tablename__ = "knock"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    address: Mapped[str] = key(80)
    network: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
