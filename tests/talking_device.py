"""A device as the hub hears it: bytes only, made by sync, so that ingest can be driven without a
broker, in any order and any number of times."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.planogram import FixtureKind, FixtureProfile
from device_profiles.store import (
    BrandProfile,
    ChainProfile,
    DeviceKind,
    ListingProfile,
    ProductProfile,
    StoreDevice,
    StoreProfile,
)
from sync.events import (
    ClockState,
    EventBody,
    Lane,
    Receipt,
    ReceiptLine,
    ReceiptType,
    ShopperIdentity,
    Stamp,
    Tender,
)
from sync.wire.batch import BatchOrigin, Loss, Record, encode_batch
from sync.wire.messages import Hello, HelloAnswer, LaneState
from sync.wire.topics import up_topic

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
"""12:00 in the store of `small_chain`."""
COLA, APPLES, OOLONG = "09520000000011", "09520000000028", "09520000000035"


def small_chain(stores: int = 1) -> ChainProfile:
    """A chain of one brand, three products and `stores` stores with a till, a door and a cooler."""
    name = Names(en="Test", zh="测试")
    products = tuple(
        ProductProfile(
            gtin=gtin,
            name=name,
            brand_id="quanye",
            category=name,
            sold_by_weight=gtin == APPLES,
            item_code="00042" if gtin == APPLES else None,
        )
        for gtin in (COLA, APPLES, OOLONG)
    )
    return ChainProfile(
        tenant_id="linguang",
        name=name,
        currency="CNY",
        brands=(BrandProfile(brand_id="quanye", name=name),),
        products=products,
        stores=tuple(_store(f"s{number:02}", name) for number in range(1, stores + 1)),
    )


def _store(store_id: str, name: Names) -> StoreProfile:
    kinds = (DeviceKind.TILL, DeviceKind.DOOR, DeviceKind.COOLER)
    return StoreProfile(
        store_id=store_id,
        name=name,
        time_zone="Etc/GMT-8",
        region=name,
        opening_hours=OpeningHours(opens="07:00", closes="23:00"),
        selling_area_m2=100,
        fixtures=(
            FixtureProfile(
                fixture_id=f"{store_id}-a",
                letter="A",
                name=name,
                kind=FixtureKind.COOLER_UPRIGHT,
                rows=4,
                columns=10,
                owner_brand_id="quanye",
            ),
        ),
        devices=tuple(
            StoreDevice(
                device_id=f"{store_id}-{kind.value}",
                kind=kind,
                name=name,
                claim_token=f"claim-token-{store_id}-{kind.value}",
            )
            for kind in kinds
        ),
        listings=(ListingProfile(gtin=COLA, price=Decimal("3.50")),),
    )


def receipt(
    sequence: int,
    *lines: ReceiptLine,
    kind: ReceiptType = ReceiptType.SALE,
    ended_at: datetime = NOON,
    member: str | None = None,
) -> Receipt:
    """A paid receipt."""
    return Receipt(
        workstation_id="till-1",
        business_day=(ended_at + timedelta(hours=8 - 4)).date(),
        sequence=sequence,
        type=kind,
        ended_at=ended_at,
        currency="CNY",
        lines=lines,
        tenders=(Tender(kind="cash", amount=sum((li.amount for li in lines), Decimal(0))),),
        identities=(ShopperIdentity(kind="member", value=member),) if member else (),
    )


def line(number: int, code: str, quantity: str, price: str, amount: str, **more: object) -> object:
    """A receipt line."""
    return ReceiptLine.model_validate(
        {
            "line": number,
            "code": code,
            "quantity": quantity,
            "unit_price": price,
            "amount": amount,
            **more,
        }
    )


def cola(number: int = 1) -> object:
    """One bottle on line `number`."""
    return line(number, COLA, "1", "3.50", "3.50")


def answer_of(message: Message, ingest: Ingest) -> HelloAnswer:
    """What the hub answers to a hello."""
    (answer,) = ingest.take([message]).answers
    assert answer is not None
    return HelloAnswer.from_bytes(answer.payload)


class TalkingDevice:
    """Numbers its events as an outbox does, and says them as bytes."""

    def __init__(
        self,
        store: str = "s01",
        kind: str = "till",
        *,
        epoch: int = 1,
        nonce: str = "n1",
        run: str = "r1",
        tenant: str = "linguang",
    ) -> None:
        self.tenant, self.store, self.device = tenant, store, f"{store}-{kind}"
        self.epoch, self.nonce, self.run = epoch, nonce, run
        self.records: dict[Lane, list[Record]] = {lane: [] for lane in Lane}

    def say(self, *bodies: EventBody, at: datetime = NOON) -> None:
        """Appends events."""
        for body in bodies:
            self.say_raw(body.lane, body.kind, body.model_dump_json(by_alias=True).encode(), at=at)

    def say_raw(
        self, lane: Lane, kind: str, body: bytes, *, version: int = 1, at: datetime = NOON
    ) -> None:
        """Appends an event of any kind and body."""
        records = self.records[lane]
        stamp = Stamp(
            boot_id="b1",
            monotonic_ms=1000 + len(records),
            wall_at=at,
            clock=ClockState.TRUSTED,
        )
        records.append(
            Record(seq=len(records) + 1, kind=kind, schema_version=version, stamp=stamp, body=body)
        )

    def hello(self, *, received_at: datetime = NOON, runs_before: Sequence[str] = ()) -> Message:
        """Its hello."""
        hello = Hello(
            device=self.device,
            epoch=self.epoch,
            nonce=self.nonce,
            run=self.run,
            runs_before=tuple(runs_before),
            lanes=tuple(
                LaneState(epoch=self.epoch, lane=lane, oldest=1, next=len(records) + 1)
                for lane, records in self.records.items()
            ),
            agent_version="0.1.0",
            boot_id="b1",
            monotonic_ms=1,
            wall_at=received_at,
            clock=ClockState.TRUSTED,
        )
        return Message(
            topic=up_topic(self.tenant, self.store, self.device, None),
            payload=hello.to_bytes(),
            received_at=received_at,
        )

    def batches(
        self,
        *,
        size: int = 100,
        received_at: datetime = NOON,
        lost: Sequence[Loss] = (),
        base: int = 1,
    ) -> list[Message]:
        """Everything it has said, as batches of up to `size` events."""
        made = []
        for lane, records in self.records.items():
            cuts = [*range(0, len(records), size), len(records)]
            for start, end in pairwise(cuts):
                made.append(self.batch(lane, records[start:end], received_at, lost, base))
        return made

    def batch(
        self,
        lane: Lane,
        records: Sequence[Record],
        received_at: datetime = NOON,
        lost: Sequence[Loss] = (),
        base: int = 1,
    ) -> Message:
        """One batch of consecutive records."""
        payload, count = encode_batch(
            records,
            BatchOrigin(
                device=self.device,
                run=self.run,
                epoch=self.epoch,
                lane=lane,
                base=base,
                next_seq=len(self.records[lane]) + 1,
                lost=lost,
            ),
        )
        assert count == len(records)
        return Message(
            topic=up_topic(self.tenant, self.store, self.device, lane),
            payload=payload,
            received_at=received_at,
        )
