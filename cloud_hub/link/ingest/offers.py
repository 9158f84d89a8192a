"""What a device that has just said hello may lack; who knows it hands it in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.master_data.place_tables import DeviceRow
from sync.wire.topics import Downlink


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """A device that was welcomed, and the version of its desired state that it knows."""

    device: DeviceRow
    known_version: int


Lacking = Callable[[Session, Greeted, datetime], Iterable[tuple[Downlink, bytes]]]
"""The messages that the device lacks at a moment, and where they go."""
WantedVersion = Callable[[Session, Greeted, datetime], int]
"""The version of the state that is wanted of the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One thing that devices may lack. `lacking` is asked when everything that came with the hello
    is taken in, `version` for the answer to the hello itself; None where the answer says nothing of
    it."""

    lacking: Lacking
    version: WantedVersion | None = None
