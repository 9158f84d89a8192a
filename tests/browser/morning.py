"""A chain of two stores with one planted problem of each kind that the pages must show."""

import io
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from PIL import Image, ImageDraw

from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.planogram import FixtureKind, FixtureProfile, PlanogramProfile, SlotPlan
from device_profiles.store import (
    BrandProfile,
    ChainProfile,
    DeviceKind,
    ListingProfile,
    PhotoPlan,
    ProductProfile,
    StoreDevice,
    StoreProfile,
)
from device_profiles.values.gtin import parse_gtin
from sync.events import (
    EventBody,
    FloorHeated,
    FootfallAudited,
    FootfallCounted,
    PictureQuality,
    Receipt,
    ReceiptLine,
    SeenFacing,
    ShelfObserved,
    StockMoved,
    Tender,
    ZoneOccupied,
)

TENANT = "linguang"
QUANYE = tuple(parse_gtin(code) for code in ("9520000000011", "9520000000028", "9520000000035"))
LANFENG = parse_gtin("9520000000042")
NAMES = {
    QUANYE[0]: Names(en="White Peach Oolong", zh="白桃乌龙"),
    QUANYE[1]: Names(en="Spring Water", zh="泉水"),
    QUANYE[2]: Names(en="Electrolyte Water", zh="电解质水"),
    LANFENG: Names(en="Lanfeng Cola", zh="蓝峰可乐"),
}
PLAN = {
    "A-1-1": QUANYE[1],
    "A-1-2": QUANYE[0],
    "A-1-3": QUANYE[2],
    "A-2-1": QUANYE[1],
    "A-2-2": QUANYE[2],
    "A-2-3": QUANYE[2],
}
"""Slot A-1-2 is empty, A-2-1 and A-2-2 are swapped."""
DOUBTFUL = ("A-1-3", "A-2-3")
"""What the device named in the brand's cooler without being sure."""
LOGINS = {
    "office": ("head-office", None),
    "quanye": ("brand", "quanye"),
    "s01": ("store", "s01"),
    "area": ("store", ["s01", "s02"]),
    "technician": ("technician", None),
    "it": ("it", None),
}
PASSWORD = "a long enough password"


def afternoon_zone(now: datetime) -> tuple[str, timezone]:
    """The zone with a fixed offset in which it is between 13:00 and 14:00."""
    hours = 13 - now.astimezone(UTC).hour
    hours = hours if hours >= -12 else hours + 24
    sign = "-" if hours >= 0 else "+"
    name = f"Etc/GMT{sign}{abs(hours)}" if hours else "Etc/GMT"
    return name, timezone(timedelta(hours=hours))


def small_chain(now: datetime) -> ChainProfile:
    """Master data of the two stores."""
    return ChainProfile(
        tenant_id=TENANT,
        name=Names(en="Linguang Mart", zh="邻光便利"),
        currency="CNY",
        simulated=True,
        brands=(
            BrandProfile(brand_id="quanye", name=Names(en="Quanye", zh="泉野")),
            BrandProfile(brand_id="lanfeng", name=Names(en="Lanfeng", zh="蓝峰")),
        ),
        products=tuple(
            ProductProfile(
                gtin=gtin,
                name=name,
                brand_id="lanfeng" if gtin == LANFENG else "quanye",
                category=Names(en="Drinks", zh="饮料"),
            )
            for gtin, name in NAMES.items()
        ),
        stores=(
            _store("s01", Names(en="Jiangkou Road", zh="江口路"), now),
            _store("s02", Names(en="Airport Road", zh="机场路"), now),
        ),
        planograms=(
            _planogram("s01-a", "A", now),
            _planogram("s01-b", "B", now),
        ),
    )


def _store(store_id: str, name: Names, now: datetime) -> StoreProfile:
    fixtures = (
        _fixture(store_id, "A", FixtureKind.COOLER_UPRIGHT, "quanye"),
        _fixture(store_id, "B", FixtureKind.GONDOLA, None),
    )
    kinds = (DeviceKind.COOLER, DeviceKind.DOOR, DeviceKind.TILL)
    return StoreProfile(
        store_id=store_id,
        name=name,
        time_zone=afternoon_zone(now)[0],
        region=Names(en="Yunzhou", zh="云州"),
        opening_hours=OpeningHours.daily(time(7), time(23)),
        selling_area_m2=90,
        fixtures=fixtures if store_id == "s01" else (),
        devices=tuple(
            StoreDevice(
                device_id=f"{store_id}-{kind.value}",
                kind=kind,
                name=Names(en=kind.value, zh=kind.value),
                claim_token=claim_token(f"{store_id}-{kind.value}"),
                fixture_id="s01-a" if (store_id, kind) == ("s01", DeviceKind.COOLER) else None,
            )
            for kind in kinds
        ),
        listings=tuple(
            ListingProfile(
                gtin=gtin, price=Decimal("6.50"), par_units=12, must_have=gtin != LANFENG
            )
            for gtin in NAMES
        ),
        photo_plans=tuple(
            PhotoPlan(fixture_id=fixture.fixture_id, interval_min=30)
            for fixture in fixtures
            if store_id == "s01"
        ),
    )


def _fixture(store_id: str, letter: str, kind: FixtureKind, owner: str | None) -> FixtureProfile:
    return FixtureProfile(
        fixture_id=f"{store_id}-{letter.lower()}",
        letter=letter,
        name=Names(en=f"Shelf {letter}", zh=f"{letter} 号架"),
        kind=kind,
        rows=2,
        columns=3,
        owner_brand_id=owner,
    )


def _planogram(fixture_id: str, letter: str, now: datetime) -> PlanogramProfile:
    return PlanogramProfile(
        planogram_id=f"{fixture_id}-plan",
        version=1,
        fixture_id=fixture_id,
        valid_from=now - timedelta(days=30),
        slots=tuple(
            SlotPlan(slot_id=slot_id.replace("A", letter), gtin=gtin)
            for slot_id, gtin in PLAN.items()
        ),
    )


def claim_token(device_id: str) -> str:
    return f"claim-token-of-{device_id}"


def business_day(now: datetime) -> date:
    return now.astimezone(afternoon_zone(now)[1]).date()


def sales(store_id: str, now: datetime, count: int) -> list[EventBody]:
    """Deliveries into the back room, goods on the floor, and `count` receipts of one water each."""
    morning = now - timedelta(hours=4)
    moves = [
        StockMoved(
            gtin=gtin,
            quantity=Decimal(units),
            from_location="supplier",
            to_location=f"{store_id}/{place}",
            reason="delivery",
            moved_at=morning,
        )
        for gtin in QUANYE
        for place, units in (("back-room", 24), ("floor", 0 if gtin == QUANYE[0] else 40))
        if units
    ]
    return [*moves, *(_receipt(now, number) for number in range(1, count + 1))]


def one_more_sale(now: datetime, number: int) -> Receipt:
    """A receipt of a moment ago."""
    return _receipt(now, number)


def _receipt(now: datetime, number: int) -> Receipt:
    line = ReceiptLine(
        line=1,
        code=QUANYE[1],
        gtin=QUANYE[1],
        description="Spring Water",
        quantity=Decimal(1),
        unit_price=Decimal("6.50"),
        amount=Decimal("6.50"),
    )
    return Receipt(
        workstation_id="till-1",
        business_day=business_day(now),
        sequence=number,
        ended_at=now - timedelta(minutes=max(70 - number, 0), seconds=1),
        currency="CNY",
        lines=(line,),
        tenders=(Tender(kind="cash", amount=Decimal("6.50")),),
    )


def visitors(now: datetime, minutes: int) -> list[EventBody]:
    """Two people come in every minute, watched all the time."""
    start = (now - timedelta(minutes=minutes + 1)).replace(second=0, microsecond=0)
    return [
        FootfallCounted(
            line_id="entrance",
            started_at=start + timedelta(minutes=tens * 10),
            in_=(2,) * 10,
            out=(2,) * 10,
            staff=(0,) * 10,
            watched_s=(60.0,) * 10,
            confidence=(0.96,) * 10,
            frames_per_s=(9.8,) * 10,
        )
        for tens in range(minutes // 10)
    ]


def floor(now: datetime, minutes: int) -> list[EventBody]:
    """A queue that grew an hour ago, a zone with goods, where people stood, one clip by hand."""
    start = (now - timedelta(minutes=minutes + 1)).replace(second=0, microsecond=0)
    bodies: list[EventBody] = []
    for minute in range(minutes):
        at = start + timedelta(minutes=minute)
        people = 9 if minute >= minutes - 60 else 1
        bodies += [
            ZoneOccupied(
                zone_id="till",
                started_at=at,
                dwell_s=(40.0 * people,),
                occupancy_mean=people,
                occupancy_max=people,
                watched_s=60.0,
                is_queue=True,
                queue_mean=people,
                queue_max=people,
                came_from={"drinks": 1},
            ),
            ZoneOccupied(
                zone_id="drinks",
                started_at=at,
                dwell_s=(12.0, 25.0),
                occupancy_mean=1,
                occupancy_max=2,
                watched_s=60.0,
                category="Drinks",
            ),
            FloorHeated(
                camera_id="door-1",
                started_at=at,
                columns=16,
                rows=9,
                cells=tuple((cell, 2.0 + 40 * (cell in (98, 99))) for cell in range(80, 104)),
                zones={
                    "till": ((0.05, 0.6), (0.35, 0.6), (0.35, 0.95), (0.05, 0.95)),
                    "drinks": ((0.6, 0.3), (0.95, 0.3), (0.95, 0.7), (0.6, 0.7)),
                },
                watched_s=60.0,
            ),
        ]
    audit = FootfallAudited(
        line_id="entrance",
        camera_id="door-1",
        started_at=start,
        seconds=900.0,
        hand_in=20,
        hand_out=18,
        counted_in=19,
        counted_out=18,
        missed=1,
        surplus=0,
        audited_at=now,
    )
    return [*bodies, audit]


def picture(*, gap: bool, tint: int) -> bytes:
    """A photo-like picture of the shelf, 600 x 400."""
    image = Image.new("RGB", (600, 400), (40, 44, 48))
    draw = ImageDraw.Draw(image)
    for slot_id in PLAN:
        if gap and slot_id == "A-1-2":
            continue
        x1, y1, x2, y2 = box_of(slot_id)
        draw.rounded_rectangle((x1 + 30, y1 + 10, x2 - 30, y2), 14, fill=(40 + tint, 120, 160))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()


def box_of(slot_id: str) -> tuple[float, float, float, float]:
    _, row, column = slot_id.split("-")
    left, top = (int(column) - 1) * 200, (int(row) - 1) * 200
    return left + 10, top + 10, left + 190, top + 190


def shelf_seen(
    fixture_id: str, taken_at: datetime, sha256: str, *, gap: bool, rival: bool = False
) -> ShelfObserved:
    """What a photo showed: the plan, but for the swap, the gap, and a rival's pack in slot 1-1."""
    letter = fixture_id[-1].upper()
    seen = {**PLAN, "A-2-1": PLAN["A-2-2"], "A-2-2": PLAN["A-2-1"]}
    if gap:
        del seen["A-1-2"]
    if rival:
        seen["A-1-1"] = LANFENG
    return ShelfObserved(
        fixture_id=fixture_id,
        camera_id="camera-1",
        taken_at=taken_at,
        photo_sha256=sha256,
        width_px=600,
        height_px=400,
        quality=PictureQuality.CLEAR,
        planogram_id=f"{fixture_id}-plan",
        planogram_version=1,
        facings=tuple(
            SeenFacing(
                box=box_of(slot_id),
                gtin=gtin,
                score=0.97,
                slot_id=slot_id.replace("A", letter),
                certainty=0.6 if slot_id in DOUBTFUL else 0.99,
                candidates=QUANYE[::-1] if slot_id in DOUBTFUL and letter == "A" else None,
            )
            for slot_id, gtin in seen.items()
        ),
        empty_slots=(f"{letter}-1-2",) if gap else (),
        model="test",
        took_ms=12.0,
    )
