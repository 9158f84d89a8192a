"""The planted problems of the demonstration: one function each, named after what went wrong.

A new one is a function that adds to the script, and a row in PROBLEMS that says where it must show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from simulators.chain.chain import OPENS_H, cooler_slots
from simulators.chain.goods import demonstration_goods, weighed_code
from simulators.chain.script import (
    AckLost,
    LinkCut,
    OddCooler,
    PlannedItem,
    PlannedReceipt,
    Rush,
    Script,
    SlotsSwapped,
    SmallDisk,
    SoldOut,
    StaffCrossings,
    StrangePacks,
    Unattended,
)
from simulators.core.clock import DemoTime

EVICTED_EVENTS = 40
RIVAL_SLOTS = ("A-1-2", "A-1-4", "A-1-6", "A-1-8", "A-1-10", "A-2-2", "A-2-5")
"""One of two slots of seven drinks each, so that every drink still stands in the cooler."""
UNLISTED_SLOTS = {"A-3-2": 7006, "A-3-4": 7013, "A-3-8": 7025}
STAFF_CROSSINGS = 14
RUSH_PEOPLE = 40
"""One every 45 s: with waits of at last 400 s nine of them stand there at once."""


def shelf_gap(script: Script, time: DemoTime) -> None:
    """Row 1: S01's White Peach Oolong is gone since ten past twelve, 24 are in the back room."""
    script.sold_out.append(
        SoldOut(
            store_id="s01",
            gtin=cooler_slots()["A-2-3"],
            at=time.at(time.today, 12, 8),
            back_room_units=24,
        )
    )


def failing_cooler(script: Script, time: DemoTime) -> None:
    """Row 4: since yesterday the compressor of S02's cooler runs nearly all of the time, and it is
    not yet too warm. S05's defrosts for a quarter of an hour, S08's saves at night: no problems."""
    yesterday, weeks_ago = time.days_ago(1), time.at(time.days_ago(30), 0)
    script.odd_coolers += [
        OddCooler(store_id="s02", since=weeks_ago, until=time.at(yesterday, 0), duty=0.62),
        OddCooler(store_id="s02", since=time.at(yesterday, 0), duty=0.97, warmer_c=1.2),
        OddCooler(
            store_id="s05",
            since=time.at(time.today, 5),
            until=time.at(time.today, 5, 15),
            duty=0.02,
            warmer_c=4.5,
        ),
        OddCooler(
            store_id="s08",
            since=weeks_ago,
            duty=0.35,
            warmer_c=2.0,
            between_h=(23, 6),
            mode="night",
        ),
    ]


def rivals_in_the_cooler(script: Script, time: DemoTime) -> None:
    """Row 5: since the morning seven Lanfeng packs and three that nobody knows stand in Quanye's
    cooler in S05."""
    rivals = [good.gtin for good in demonstration_goods() if good.brand_id == "lanfeng"]
    script.strange.append(
        StrangePacks(
            store_id="s05",
            foreign=dict(zip(RIVAL_SLOTS, rivals, strict=False)),
            unlisted=UNLISTED_SLOTS,
            since=time.at(time.today, 9, 5),
        )
    )


def swapped_products(script: Script, time: DemoTime) -> None:
    """Row 6: two sodas of S01 stand in each other's place since the shop opened."""
    script.swapped.append(
        SlotsSwapped(
            store_id="s01", first="A-3-5", second="A-3-6", since=time.at(time.today, 6, 30)
        )
    )


def lunch_queue(script: Script, time: DemoTime) -> None:
    """Row 8: S02's lunch queue from 12:05 to 12:35, one of two tills open: nine wait, at last for
    6:40, and many give up."""
    script.rushes.append(
        Rush(
            store_id="s02",
            since=time.at(time.today, 12, 5),
            until=time.at(time.today, 12, 35),
            people=RUSH_PEOPLE,
        )
    )


def staff_before_opening(script: Script, time: DemoTime) -> None:
    """Row 9, second half: 14 staff crossings in S04 before it opens. The loiterer of the first half
    stands in the door scene itself."""
    first = time.at(time.today, 6, 46)
    script.staff.append(
        StaffCrossings(
            store_id="s04",
            times=tuple(first + timedelta(seconds=55 * index) for index in range(STAFF_CROSSINGS)),
        )
    )


def store_offline(script: Script, time: DemoTime) -> None:
    """Row 11: S06 is cut off since 13:00 the day before yesterday."""
    script.cuts.append(
        LinkCut(
            store_id="s06",
            since=time.at(time.days_ago(2), 13),
            back_after=timedelta(seconds=45),
        )
    )


def small_disk(script: Script, time: DemoTime) -> None:
    """Row 12: S07's door camera gives up 40 minutes of this morning for want of room."""
    script.small_disks.append(
        SmallDisk(
            store_id="s07",
            device_id="s07-door",
            since=time.at(time.today, 9),
            events=EVICTED_EVENTS,
        )
    )


def awkward_receipts(script: Script, time: DemoTime) -> None:
    """Row 14: two equal lines, a return written down before its sale, weighed fruit, and a lost
    acknowledgement that makes the till send a batch twice."""
    by_name = {good.name.text("en"): good for good in demonstration_goods()}
    cola, crisps, bananas = by_name["Cola"], by_name["Potato Crisps"], by_name["Bananas"]
    one = Decimal(1)
    twice = PlannedItem(gtin=cola.gtin, quantity=one)
    code = weighed_code(str(bananas.item_code), 435)
    sold_at = time.at(time.today, 10, 31, 7)
    returned_at = time.at(time.today, 10, 52, 40)
    script.receipts += [
        PlannedReceipt(
            store_id="s01",
            name="two equal lines",
            at=time.at(time.today, 10, 12, 30),
            items=(twice, twice),
        ),
        PlannedReceipt(
            store_id="s01",
            name="weighed fruit",
            at=time.at(time.today, 10, 20, 11),
            items=(PlannedItem(gtin=bananas.gtin, quantity=Decimal("0.435"), code=code),),
        ),
        PlannedReceipt(
            store_id="s01",
            name="sale given back",
            at=sold_at,
            recorded_at=returned_at + timedelta(seconds=30),
            items=(PlannedItem(gtin=crisps.gtin, quantity=one),),
        ),
        PlannedReceipt(
            store_id="s01",
            name="return before its sale",
            at=returned_at,
            items=(PlannedItem(gtin=crisps.gtin, quantity=-one),),
            returns="sale given back",
        ),
    ]
    script.lost_acks.append(AckLost(store_id="s01", device_id="s01-till"))


def cooler_without_till(script: Script, time: DemoTime) -> None:
    """Row 16: people take drinks from S01's lobby cooler and pay by telephone; a refill now and
    then. What was sold is known from photos before and after each opening alone."""
    script.unattended.append(Unattended(store_id="s01", since=time.at(time.today, OPENS_H)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One planted problem: its row in the list, its stores, and the pages that must show it."""

    row: int
    title: str
    stores: tuple[str, ...]
    pages: tuple[str, ...]
    plant: Callable[[Script, DemoTime], None]


PROBLEMS: tuple[Problem, ...] = (
    Problem(
        row=1,
        title="S01 slot A-2-3 White Peach Oolong is empty, 24 in the back room",
        stores=("s01",),
        pages=("home", "shelf", "brand", "store"),
        plant=shelf_gap,
    ),
    Problem(
        row=4,
        title="S02: the cooler's compressor runs nearly all of the time since yesterday",
        stores=("s02", "s05", "s08"),
        pages=("home", "fleet", "device"),
        plant=failing_cooler,
    ),
    Problem(
        row=5,
        title="S05: 7 Lanfeng packs and 3 unknown ones among the 40 of Quanye's cooler",
        stores=("s05",),
        pages=("brand", "shelf", "review"),
        plant=rivals_in_the_cooler,
    ),
    Problem(
        row=6,
        title="S01 slots A-3-5 and A-3-6 are swapped",
        stores=("s01",),
        pages=("shelf",),
        plant=swapped_products,
    ),
    Problem(
        row=8,
        title="S02: a lunch queue of nine, waits of 6:40, fewer buy",
        stores=("s02",),
        pages=("home", "footfall", "store"),
        plant=lunch_queue,
    ),
    Problem(
        row=9,
        title="S04: 14 staff crossings before opening; S01: a loiterer on the line, live",
        stores=("s01", "s04"),
        pages=("store",),
        plant=staff_before_opening,
    ),
    Problem(
        row=11,
        title="S06 is offline since the day before yesterday 13:00 and returns",
        stores=("s06",),
        pages=("home", "store", "device"),
        plant=store_offline,
    ),
    Problem(
        row=12,
        title="S07: 40 metric events evicted by a small disk",
        stores=("s07",),
        pages=("device", "store"),
        plant=small_disk,
    ),
    Problem(
        row=14,
        title="S01: equal lines, a return before its sale, weighed fruit, a batch sent twice",
        stores=("s01",),
        pages=("store", "device"),
        plant=awkward_receipts,
    ),
    Problem(
        row=16,
        title="S01: the lobby cooler has no till; its sales are estimated from its photos",
        stores=("s01",),
        pages=("shelf", "brand", "store"),
        plant=cooler_without_till,
    ),
)


def planted_in(stores: tuple[str, ...], time: DemoTime) -> Script:
    """The script of every problem that has a store among `stores`."""
    script = Script()
    for problem in PROBLEMS:
        if set(problem.stores) & set(stores):
            problem.plant(script, time)
    return script
