"""When shelf photos are taken, and what stands in the cooler then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.chain.chain import CLOSES_H, OPENS_H, PHOTO_MINUTE, Outlet, cooler_slots
from simulators.chain.goods import demonstration_goods, unlisted_gtin
from simulators.chain.script import Script
from simulators.core.clock import DemoTime
from simulators.core.photo_files import photo_name


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoDue:
    """One photo to be taken, and its truth: the product in each slot, None where it is empty."""

    store_id: str
    fixture_id: str
    taken_at: datetime
    slots: dict[str, str | None]

    @property
    def empty(self) -> tuple[str, ...]:
        """Slots with nothing in them."""
        return tuple(slot for slot, gtin in self.slots.items() if gtin is None)

    @property
    def misplaced(self) -> tuple[str, ...]:
        """Slots that hold another product than the planogram's."""
        planned = cooler_slots()
        return tuple(slot for slot, gtin in self.slots.items() if gtin not in (None, planned[slot]))

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Slots that hold a pack of which nobody has a picture."""
        listed = {good.gtin for good in demonstration_goods()}
        return tuple(slot for slot, gtin in self.slots.items() if gtin and gtin not in listed)

    @property
    def is_odd(self) -> bool:
        """Whether a slot is empty, or holds what no other slot plans."""
        planned = set(cooler_slots().values())
        return any(gtin not in planned for gtin in self.slots.values())

    @property
    def file_name(self) -> str:
        """As the image-folder source reads it: the UTC time of the picture."""
        return photo_name(self.taken_at)


def slots_at(store_id: str, at: datetime, script: Script) -> dict[str, str | None]:
    """What stands in each slot of a store's cooler at a moment."""
    slots: dict[str, str | None] = dict(cooler_slots())
    for swap in script.swapped:
        if swap.store_id == store_id and at >= swap.since:
            slots[swap.first], slots[swap.second] = slots[swap.second], slots[swap.first]
    for strange in script.strange:
        if strange.store_id == store_id and at >= strange.since:
            slots |= strange.foreign
            slots |= {slot: unlisted_gtin(number) for slot, number in strange.unlisted.items()}
    for sold_out in script.sold_out:
        if sold_out.store_id == store_id and at >= sold_out.at:
            for slot, gtin in slots.items():
                if gtin == sold_out.gtin:
                    slots[slot] = None
    return slots


def photo_due(store_id: str, at: datetime, script: Script) -> PhotoDue:
    """The photo of a store's cooler at a moment."""
    return PhotoDue(
        store_id=store_id,
        fixture_id=f"{store_id}-a",
        taken_at=at,
        slots=slots_at(store_id, at, script),
    )


def photos_of_today(outlet: Outlet, time: DemoTime, script: Script) -> list[PhotoDue]:
    """Today's photos until the start of the demonstration, oldest first."""
    photos: list[PhotoDue] = []
    at = time.at(time.today, OPENS_H, PHOTO_MINUTE)
    while at <= time.started_at and at < time.at(time.today, CLOSES_H):
        photos.append(photo_due(outlet.store_id, at, script))
        at += timedelta(minutes=outlet.photo_interval_min)
    return photos
