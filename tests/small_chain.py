"""A chain written straight into the tables, so that what formulas make of facts can be worked out
by hand: two or more stores in UTC+8, open 07:00 to 23:00, one cooler of 2 × 3 slots each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.link import tables as link_tables
from cloud_hub.master_data import goods_tables, place_tables
from cloud_hub.sales import tables as sales_tables
from cloud_hub.shelf import tables as shelf_tables
from cloud_hub.stock import tables as stock_tables
from cloud_hub.traffic import tables as traffic_tables
from cloud_hub.traffic.places import QUEUE, ZONE, Seen, WatchedAt, note_places
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import LoginRole
from tests.stage.audit_logs import seal_in

TENANT = "chain"
TODAY = date(2026, 3, 4)
"""A Wednesday."""
NOW = datetime(2026, 3, 4, 6, 32, tzinfo=UTC)
"""14:32 in the stores."""
FIRST_LINK = datetime(2026, 1, 1, tzinfo=UTC)
WATER, TEA, COLA, RIVAL = (f"0952000000{n:04d}" for n in (15, 22, 39, 46))
OWN, OTHER = "spring", "rival"
PLAN = {"A-1-1": WATER, "A-1-2": WATER, "A-1-3": TEA, "A-2-1": COLA, "A-2-2": TEA, "A-2-3": COLA}


def local(hour: int, minute: int = 0, *, day: date = TODAY, second: int = 0) -> datetime:
    """UTC of a clock time in the stores."""
    moment = datetime.combine(day, time(hour, minute, second), UTC)
    return moment - timedelta(hours=8)


class SmallChain:
    """The chain's tables, with a verb for each fact."""

    def __init__(self, database: Database, *, first_link: datetime = FIRST_LINK) -> None:
        self.database = database
        self._first_link = first_link
        self._receipts = 0
        self._photos = 0
        self._rows: list[object] = []
        self._seen: list[Seen] = []

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        stores: int = 1,
        url: str | None = None,
        first_link: datetime = FIRST_LINK,
    ) -> "SmallChain":
        database = open_database(url or f"sqlite:///{path / 'hub.db'}", seal=seal_in(path))
        chain = cls(database, first_link=first_link)
        chain.master_data(stores)
        return chain

    def master_data(self, stores: int) -> None:
        self.add(
            place_tables.Tenant(
                tenant_id=TENANT, name=Names(en="Chain", zh="连锁"), currency="CNY", simulated=True
            ),
            *(
                goods_tables.BrandRow(tenant_id=TENANT, brand_id=brand, name=Names(en=en, zh=zh))
                for brand, en, zh in ((OWN, "Spring", "泉"), (OTHER, "Rival", "对手"))
            ),
            *(
                goods_tables.ProductRow(
                    tenant_id=TENANT,
                    gtin=gtin,
                    brand_id=OTHER if gtin == RIVAL else OWN,
                    name=Names(en=en, zh=zh),
                    category=Names(en="Drinks", zh="饮料"),
                    width_mm=130.0 if gtin == RIVAL else 65.0,
                    sold_by_weight=False,
                    item_code=None,
                )
                for gtin, en, zh in (
                    (WATER, "Water", "水"),
                    (TEA, "Tea", "茶"),
                    (COLA, "Cola", "可乐"),
                    (RIVAL, "Rival Cola", "对手可乐"),
                )
            ),
        )
        for number in range(1, stores + 1):
            self._store(f"s{number:02d}")
        self.flush()

    def _store(self, store_id: str) -> None:
        hours = OpeningHours.daily(time(7), time(23))
        key = {"tenant_id": TENANT, "store_id": store_id}
        self.add(
            place_tables.StoreRow(
                **key,
                name=Names(en=f"Store {store_id[1:]}", zh=f"{store_id[1:]}店"),
                region=Names(en="Town", zh="城区"),
                time_zone="Etc/GMT-8",
                gln="",
                opening_hours=hours.model_dump(mode="json"),
                selling_area_m2=50.0,
            ),
            place_tables.FixtureRow(
                **key,
                fixture_id=f"{store_id}-a",
                letter="A",
                name=Names(en="Cooler A", zh="冷柜 A"),
                kind="cooler-upright",
                rows=2,
                columns=3,
                owner_brand_id=OWN,
                photo_interval_min=60,
            ),
            place_tables.PlanogramRow(
                tenant_id=TENANT,
                planogram_id=f"{store_id}-plan",
                version=1,
                fixture_id=f"{store_id}-a",
                valid_from=datetime(2026, 1, 1, tzinfo=UTC),
                must_have=[],
            ),
            *(
                place_tables.PlanogramSlot(
                    tenant_id=TENANT,
                    planogram_id=f"{store_id}-plan",
                    version=1,
                    slot_id=slot_id,
                    gtin=gtin,
                    min_facings=1,
                    max_facings=1,
                    others=[],
                )
                for slot_id, gtin in PLAN.items()
            ),
            *(
                goods_tables.ListingRow(
                    **key, gtin=gtin, price=Decimal(price), par_units=6, must_have=must
                )
                for gtin, price, must in (
                    (WATER, "2.00", True),
                    (TEA, "5.00", True),
                    (COLA, "3.00", True),
                    (RIVAL, "3.50", False),
                )
            ),
        )
        for kind in ("till", "door", "cooler"):
            self.device(f"{store_id}-{kind}", store_id, kind)

    def device(
        self,
        device_id: str,
        store_id: str = "s01",
        kind: str = "till",
        *,
        linked: bool = True,
        heard_at: datetime | None = NOW,
    ) -> None:
        self.add(
            place_tables.DeviceRow(
                tenant_id=TENANT,
                device_id=device_id,
                store_id=store_id,
                kind=kind,
                name=Names.same(device_id),
                fixture_id=f"{store_id}-a" if kind == "cooler" else None,
                simulated=True,
                claim_token_hash="",
                password_hash=None,
                claimed_at=heard_at,
                first_connected_at=None if heard_at is None else self._first_link,
                connected_at=heard_at,
                heard_at=heard_at,
                agent_version=None,
            )
        )
        if linked:
            started_at = self._first_link
            self.add(
                link_tables.DeviceConnection(
                    tenant_id=TENANT, device_id=device_id, started_at=started_at, ended_at=None
                )
            )

    def unlink(self, store_id: str, at: datetime) -> None:
        """Every device of the store lost its link at `at`; its newest event is as old."""
        self.flush()
        with self.database.writing() as session:
            session.execute(
                sa.update(link_tables.DeviceConnection)
                .where(link_tables.DeviceConnection.device_id.startswith(store_id))
                .values(ended_at=at)
            )
        for kind in ("till", "door", "cooler"):
            self.event(f"{store_id}-{kind}", 1, 1, at=at, store_id=store_id)
            self.received(f"{store_id}-{kind}", 1, 1, 1)

    def receipt(
        self,
        at: datetime,
        *lines: tuple[str | None, str, str],
        store_id: str = "s01",
        type_: str = "sale",
        day: date | None = None,
        unit: str = "each",
        origin: str = "till",
        seq: int | None = None,
    ) -> str:
        """A receipt with lines (gtin, quantity, amount)."""
        self._receipts += 1
        day = day or (at + timedelta(hours=4)).date()
        receipt_id = f"{store_id}/till-1/{day}/{self._receipts}"
        signs = [Decimal(quantity) for _, quantity, _ in lines]
        units = [q if unit == "each" else q.copy_sign(Decimal(1)) / abs(q) for q in signs]
        key = {"tenant_id": TENANT, "receipt_id": receipt_id}
        self.add(
            sales_tables.Receipt(
                **key,
                store_id=store_id,
                workstation_id="till-1",
                business_day=day,
                sequence=self._receipts,
                type=type_,
                ended_at=at,
                currency="CNY",
                net_value=sum((Decimal(amount) for _, _, amount in lines), Decimal(0)),
                units=sum(units, Decimal(0)),
                source_event=f"{store_id}-till/1/0/{seq or self._receipts}",
                origin=origin,
            ),
            *(
                sales_tables.ReceiptLine(
                    **key,
                    line=number,
                    store_id=store_id,
                    business_day=day,
                    code=gtin or "x",
                    gtin=gtin,
                    description="",
                    quantity=Decimal(quantity),
                    unit=unit,
                    unit_price=Decimal(0),
                    discount=Decimal(0),
                    amount=Decimal(amount),
                    return_of=None,
                )
                for number, (gtin, quantity, amount) in enumerate(lines, start=1)
            ),
        )
        return receipt_id

    def zone(
        self,
        at: datetime,
        *stays_s: float,
        store_id: str = "s01",
        zone_id: str = "till",
        is_queue: bool = True,
        queue: int = 0,
        watched_s: float = 60.0,
        category: str | None = None,
        came_from: dict[str, int] | None = None,
        arrived_at: datetime | None = None,
    ) -> None:
        """One minute of a zone: `queue` people waited all through it, these stays ended in it."""
        day = (at + timedelta(hours=4)).date()
        kind = QUEUE if is_queue else ZONE
        self.place(kind, zone_id, f"{store_id}-door", day, store_id=store_id)
        self.add(
            traffic_tables.ZoneMinute(
                tenant_id=TENANT,
                store_id=store_id,
                zone_id=zone_id,
                minute_at=at,
                device_id=f"{store_id}-door",
                business_day=(at + timedelta(hours=4)).date(),
                dwell_s=sorted(stays_s),
                visits=len(stays_s),
                staff=0,
                occupancy_mean=float(queue),
                occupancy_max=queue,
                is_queue=is_queue,
                queue_mean=float(queue),
                queue_max=queue,
                came_from=came_from or {},
                category=category,
                watched_s=watched_s,
                simulated=True,
                arrived_at=arrived_at,
            )
        )

    def minute(
        self,
        at: datetime,
        entries: int,
        *,
        store_id: str = "s01",
        staff: int = 0,
        watched_s: float = 60.0,
        line_id: str = "entrance",
        role: str = "entrance",
        device_id: str | None = None,
        arrived_at: datetime | None = None,
        day: date | None = None,
    ) -> None:
        device_id = device_id or f"{store_id}-door"
        day = day or (at + timedelta(hours=4)).date()
        self.place(role, line_id, device_id, day, store_id=store_id)
        self.add(
            traffic_tables.FootfallMinute(
                tenant_id=TENANT,
                store_id=store_id,
                line_id=line_id,
                minute_at=at,
                device_id=device_id,
                business_day=day,
                role=role,
                entries=entries,
                exits=0,
                staff=staff,
                watched_s=watched_s,
                sure=None,
                frames=None,
                simulated=True,
                arrived_at=arrived_at,
            )
        )

    def place(
        self, kind: str, place_id: str, device_id: str, day: date, *, store_id: str = "s01"
    ) -> None:
        """A line or zone that said something of this day."""
        self._seen.append(Seen(TENANT, store_id, WatchedAt(kind, place_id, device_id), day))

    def photo(
        self,
        at: datetime,
        *,
        seen: dict[str, str | None] | None = None,
        extra: Sequence[str | None] = (),
        hidden: Sequence[str] = (),
        quality: str = "clear",
        store_id: str = "s01",
        stored: bool = True,
        candidates: Sequence[str] = (),
        model: str = "test",
        plan: tuple[str, int] | None = None,
        baskets: dict[str, float | None] | None = None,
    ) -> str:
        """A photo in which each slot holds `seen[slot]`; a slot left out of `seen` is empty.
        `extra` stand in no slot. Everything is right where `seen` is not given. `candidates` are
        what unknown packs may be. `baskets` are as full as that, in a chest freezer."""
        self._photos += 1
        seen = PLAN if seen is None else seen
        sha256 = f"{self._photos:064x}"
        clear = quality == "clear"
        facings = [
            {
                "box": [100.0 * int(slot[4]), 200.0 * int(slot[2]), 100.0 * int(slot[4]) + 80, 380],
                "gtin": gtin,
                "score": 0.9,
                "slot_id": slot,
                "candidates": list(candidates) if gtin is None else None,
            }
            for slot, gtin in seen.items()
        ] + [{"box": [0, 0, 9, 9], "gtin": g, "score": 0.5, "slot_id": None} for g in extra]
        self.add(
            shelf_tables.ShelfObservation(
                tenant_id=TENANT,
                observation_id=f"{store_id}-cooler/1/3/{self._photos}",
                store_id=store_id,
                fixture_id=f"{store_id}-a",
                device_id=f"{store_id}-cooler",
                camera_id="cam",
                taken_at=at,
                business_day=(at + timedelta(hours=4)).date(),
                photo_sha256=sha256,
                width_px=640,
                height_px=480,
                quality=quality,
                planogram_id=plan[0] if plan else f"{store_id}-plan",
                planogram_version=plan[1] if plan else 1,
                facings=facings if clear else [],
                named=sum(f["gtin"] is not None for f in facings) if clear else 0,
                unnamed=sum(f["gtin"] is None for f in facings) if clear else 0,
                empty_slots=[s for s in PLAN if s not in seen and s not in hidden] if clear else [],
                hidden_slots=list(hidden) if clear else list(PLAN),
                baskets=[{"slot_id": s, "filled": share} for s, share in baskets.items()]
                if baskets and clear
                else None,
                model=model,
                took_ms=1.0,
            )
        )
        if stored:
            self.add(
                link_tables.Media(
                    tenant_id=TENANT,
                    sha256=sha256,
                    store_id=store_id,
                    device_id=f"{store_id}-cooler",
                    subject=f"{store_id}-a",
                    media_type="image/jpeg",
                    bytes=1,
                    width_px=640,
                    height_px=480,
                    taken_at=at,
                    stored_at=at,
                )
            )
        return sha256

    def event(
        self,
        device_id: str,
        lane: int,
        seq: int,
        *,
        at: datetime,
        received_at: datetime | None = None,
        store_id: str = "s01",
        kind: str = "alarm",
    ) -> None:
        self.add(
            link_tables.StoredEvent(
                tenant_id=TENANT,
                device_id=device_id,
                epoch=1,
                lane=lane,
                seq=seq,
                store_id=store_id,
                kind=kind,
                schema_version=1,
                occurred_at=at,
                recorded_at=at,
                received_at=received_at or at,
                clock="trusted",
                body={},
                outcome="applied",
            )
        )

    def received(self, device_id: str, lane: int, first: int, last: int) -> None:
        self.add(
            link_tables.ReceivedRange(
                tenant_id=TENANT, device_id=device_id, epoch=1, lane=lane, first=first, last=last
            )
        )

    def claim(self, device_id: str, lane: int, *, produced: int, base: int = 1) -> None:
        self.add(
            link_tables.LaneClaim(
                tenant_id=TENANT,
                device_id=device_id,
                epoch=1,
                lane=lane,
                next_seq=produced + 1,
                base=base,
                opening_seq=1,
                claimed_at=NOW,
            )
        )

    def lost(self, device_id: str, lane: int, first: int, last: int, reason: str) -> None:
        self.add(
            link_tables.LostRange(
                tenant_id=TENANT,
                device_id=device_id,
                epoch=1,
                lane=lane,
                first=first,
                last=last,
                bytes=100,
                reason=reason,
                declared_at=NOW - timedelta(hours=1),
            )
        )

    def stock(
        self, gtin: str, quantity: str, to: str, *, at: datetime, store_id: str = "s01"
    ) -> None:
        self.add(
            stock_tables.StockMove(
                tenant_id=TENANT,
                move_id=f"{store_id}/{gtin}/{to}/{at.isoformat()}",
                store_id=store_id,
                gtin=gtin,
                quantity=Decimal(quantity),
                from_location="supplier",
                to_location=f"{store_id}/{to}",
                reason="delivery",
                moved_at=at,
            )
        )

    def alarm(
        self,
        alarm: str,
        raised_at: datetime,
        *,
        cleared_at: datetime | None = None,
        device_id: str = "s01-cooler",
        store_id: str = "s01",
        value: float | None = None,
        limit: float | None = None,
        subject: str = "cam",
    ) -> None:
        self.add(
            link_tables.AlarmRaised(
                tenant_id=TENANT,
                device_id=device_id,
                alarm=alarm,
                subject=subject,
                raised_at=raised_at,
                store_id=store_id,
                cleared_at=cleared_at,
                value=value,
                limit=limit,
                detail="",
            )
        )

    def add(self, *rows: object) -> None:
        self._rows.extend(rows)

    def flush(self) -> None:
        """Writes what was told so far."""
        rows, self._rows = self._rows, []
        seen, self._seen = self._seen, []
        with self.database.writing() as session:
            session.add_all(rows)
            note_places(session, seen)

    def reading(self) -> Session:
        """A session on everything told so far."""
        self.flush()
        return self.database.sessions()


def head_office() -> Viewer:
    return viewer(LoginRole.HEAD_OFFICE)


def viewer(role: LoginRole, *scopes: str, tenant_id: str = TENANT) -> Viewer:
    """Somebody of that role, bound to these stores or that brand."""
    is_bound = role is LoginRole.STORE or (bool(scopes) and role is not LoginRole.BRAND)
    return Viewer(
        tenant_id=tenant_id,
        login_name="who",
        role=role,
        store_ids=frozenset(scopes) if is_bound else None,
        brand_id=next(iter(scopes), "") if role is LoginRole.BRAND else None,
    )
