from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.coolers import tables as coolers_tables
from cloud_hub.core.storage.database import Database
from cloud_hub.link import tables as link_tables
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.sales import tables as sales_tables
from cloud_hub.sales.tables import ReceiptIdentity
from cloud_hub.shoppers.tables import Identity
from cloud_hub.stock import ledger
from cloud_hub.stock.tables import StockMove
from cloud_hub.traffic import tables as traffic_tables
from sync.events import (
    Alarm,
    AlarmState,
    CoolerRead,
    FloorHeated,
    FootfallAudited,
    FootfallCounted,
    ReceiptType,
    ShopperIdentity,
    StockCounted,
    StockMoved,
    ZoneOccupied,
)
from tests.talking_device import APPLES, COLA, NOON, TalkingDevice, line, receipt

WEIGHED = "2000042015350"  # item 00042, 1.535 kg


def book(ingest: Ingest, *bodies: Any, kind: str = "till") -> TalkingDevice:
    device = TalkingDevice(kind=kind)
    device.say(*bodies)
    taken = ingest.take([device.hello(), *device.batches()])
    assert taken.tally.dead == 0
    return device


def rows(database: Database, table: Any) -> list[Any]:
    with database.sessions() as session:
        return list(session.scalars(sa.select(table)))


def held(database: Database, gtin: str) -> dict[str, Decimal]:
    with database.sessions() as session:
        return {
            balance.location: balance.quantity
            for balance in ledger.balances(session, "linguang", gtin=gtin)
        }


def test_every_odd_line_of_real_receipts_survives(ingest: Ingest, database: Database) -> None:
    book(
        ingest,
        receipt(
            1,
            line(1, "85123A", "6", "2.555", "15.33"),
            line(2, "85123a", "6", "2.555", "15.33"),
            line(3, "POST", "1", "0", "0"),
            line(4, "22423", "-12", "0", "0"),
            line(5, COLA, "1", "1.125", "1.125"),
            line(6, COLA, "1", "1.125", "1.125"),
        ),
    )
    lines = rows(database, sales_tables.ReceiptLine)
    assert [(row.code, row.amount) for row in lines] == [
        ("85123A", Decimal("15.33")),
        ("85123a", Decimal("15.33")),
        ("POST", Decimal(0)),
        ("22423", Decimal(0)),
        (COLA, Decimal("1.125")),
        (COLA, Decimal("1.125")),
    ]
    assert [row.gtin for row in lines] == [None, None, None, None, COLA, COLA]
    assert rows(database, sales_tables.Receipt)[0].net_value == Decimal("32.91")


def test_a_sale_moves_stock_to_the_customer_and_a_return_moves_it_back(
    ingest: Ingest, database: Database
) -> None:
    returned = {"workstation_id": "till-1", "business_day": "2026-03-04", "sequence": 2, "line": 1}
    book(
        ingest,
        receipt(
            1, line(1, COLA, "-1", "3.50", "-3.50", return_of=returned), kind=ReceiptType.RETURN
        ),
        receipt(2, line(1, COLA, "3", "3.50", "10.50")),
        receipt(3, line(1, COLA, "9", "3.50", "31.50"), kind=ReceiptType.VOID),
    )
    assert held(database, COLA) == {"customer": Decimal(2), "s01/floor": Decimal(-2)}
    line_back = next(row for row in rows(database, sales_tables.ReceiptLine) if row.return_of)
    assert line_back.return_of == "s01/till-1/2026-03-04/2/1"


def test_a_weight_embedded_code_moves_kilograms(ingest: Ingest, database: Database) -> None:
    book(ingest, receipt(1, line(1, WEIGHED, "1", "12.00", "18.42")))
    assert rows(database, sales_tables.ReceiptLine)[0].gtin == APPLES
    assert held(database, APPLES)["customer"] == Decimal("1.535")
    assert rows(database, sales_tables.Receipt)[0].units == 1


def test_a_weighed_line_counts_as_one_unit(ingest: Ingest, database: Database) -> None:
    book(ingest, receipt(1, line(1, WEIGHED, "1.535", "12.00", "18.42", unit="kg")))
    assert rows(database, sales_tables.Receipt)[0].units == 1
    assert held(database, APPLES)["customer"] == Decimal("1.535")


def test_an_amount_that_cannot_be_kept_to_the_last_digit_is_refused(ingest: Ingest) -> None:
    till = TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "0.00001", "0.00001")))
    assert ingest.take([till.hello(), *till.batches()]).tally.dead == 1


def test_handles_are_encrypted_and_found_in_any_spelling(
    ingest: Ingest, database: Database
) -> None:
    book(
        ingest,
        receipt(1, line(1, COLA, "1", "3", "3"), member="Ab-1"),
        receipt(2, line(1, COLA, "1", "3", "3"), member=" aB-1"),
        receipt(3, line(1, COLA, "1", "3", "3")),
    )
    (identity,) = rows(database, Identity)
    assert b"Ab-1" not in identity.value_encrypted
    assert ingest._projector.identities.decrypt(identity.value_encrypted) == "Ab-1"
    assert len(rows(database, ReceiptIdentity)) == 2


def test_an_open_id_differs_by_its_case(ingest: Ingest, database: Database) -> None:
    shown = [
        receipt(n, line(1, COLA, "1", "3", "3")).model_copy(
            update={"identities": (ShopperIdentity(kind="openid", value=value),)}
        )
        for n, value in enumerate(("oA", "oa"))
    ]
    book(ingest, *shown)
    assert len(rows(database, Identity)) == 2


def moved(quantity: str, came_from: str, went_to: str, *, minutes: int = 0) -> StockMoved:
    return StockMoved(
        gtin=COLA,
        quantity=Decimal(quantity),
        from_location=came_from,
        to_location=went_to,
        reason="delivery",
        moved_at=NOON + timedelta(minutes=minutes),
    )


def counted(quantity: str, *, minutes: int) -> StockCounted:
    return StockCounted(
        gtin=COLA,
        location="floor",
        quantity=Decimal(quantity),
        counted_at=NOON + timedelta(minutes=minutes),
    )


def test_a_balance_below_zero_is_shown(ingest: Ingest, database: Database) -> None:
    book(ingest, receipt(1, line(1, COLA, "6", "3", "18")))
    assert held(database, COLA)["s01/floor"] == -6


def test_a_count_is_an_assertion_and_an_adjustment(ingest: Ingest, database: Database) -> None:
    book(ingest, moved("10", "supplier", "floor"), counted("7", minutes=5))
    balances = held(database, COLA)
    assert balances == {
        "s01/floor": Decimal(7),
        "adjustment": Decimal(3),
        "supplier": Decimal(-10),
    }
    with database.sessions() as session:
        assert ledger.imbalance(session, "linguang") == 0


def test_a_move_from_before_a_count_that_arrives_after_it_leaves_the_count_true(
    ingest: Ingest, database: Database
) -> None:
    book(ingest, moved("10", "supplier", "floor"), counted("7", minutes=5))
    late = TalkingDevice(kind="door")
    late.say(moved("2", "floor", "loss", minutes=3), moved("1", "floor", "loss", minutes=9))
    ingest.take([late.hello(), *late.batches()])
    balances = held(database, COLA)
    assert balances["s01/floor"] == 6
    assert balances["adjustment"] == 1


def test_a_second_count_starts_from_the_first(ingest: Ingest, database: Database) -> None:
    book(
        ingest,
        counted("5", minutes=9),
        moved("2", "floor", "loss", minutes=5),
        counted("7", minutes=3),
    )
    assert held(database, COLA)["s01/floor"] == 5
    assert len(rows(database, StockMove)) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_alarm_is_cleared_in_whatever_order_it_arrives(
    ingest: Ingest, database: Database, order: tuple[int, int]
) -> None:
    states = (AlarmState.RAISED, AlarmState.CLEARED)
    for epoch, at in enumerate(order, start=1):
        device = TalkingDevice(kind="cooler", epoch=epoch)
        device.say(
            Alarm(
                alarm="too-warm",
                subject="s01-a",
                state=states[at],
                at=NOON + timedelta(minutes=at),
            )
        )
        ingest.take([device.hello(), *device.batches()])
    (alarm,) = rows(database, link_tables.AlarmRaised)
    assert alarm.cleared_at == NOON + timedelta(minutes=1)


def test_readings_that_could_not_be_taken_stay_empty(ingest: Ingest, database: Database) -> None:
    book(
        ingest,
        CoolerRead(
            fixture_id="s01-a", started_at=NOON, interval_s=60, temperature_c=(4.0, None, 5.5)
        ),
        kind="cooler",
    )
    assert [row.temperature_c for row in rows(database, coolers_tables.CoolerMinute)] == [
        4.0,
        None,
        5.5,
    ]


def test_lists_of_different_length_are_a_dead_letter(ingest: Ingest) -> None:
    cooler = TalkingDevice(kind="cooler")
    cooler.say(
        CoolerRead(
            fixture_id="s01-a",
            started_at=NOON,
            interval_s=60,
            temperature_c=(4.0, 5.0),
            door_open_s=(1.0,),
        )
    )
    assert ingest.take([cooler.hello(), *cooler.batches()]).tally.dead == 1


def test_visits_of_one_minute_come_together(ingest: Ingest, database: Database) -> None:
    def seen(dwell_s: float, mean: float) -> ZoneOccupied:
        return ZoneOccupied(
            zone_id="queue",
            started_at=NOON,
            dwell_s=(dwell_s,),
            occupancy_mean=mean,
            occupancy_max=int(mean),
            watched_s=30,
        )

    book(ingest, seen(40.0, 2.0), seen(10.0, 4.0), kind="door")
    (minute,) = rows(database, traffic_tables.ZoneMinute)
    assert (minute.dwell_s, minute.occupancy_mean, minute.occupancy_max) == ([10.0, 40.0], 3.0, 4)


def test_heat_of_an_hour_comes_together_whatever_the_order(
    ingest: Ingest, database: Database
) -> None:
    def stood(minute: int, *cells: tuple[int, float]) -> FloorHeated:
        return FloorHeated(
            camera_id="door-1",
            started_at=NOON + timedelta(minutes=minute),
            columns=4,
            rows=2,
            cells=cells,
            zones={"till": ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0))},
            watched_s=60,
        )

    book(ingest, stood(3, (5, 2.5)), stood(1, (5, 1.0), (0, 60.0)), kind="door")
    (hour,) = rows(database, traffic_tables.HeatHour)
    assert hour.hour_at == NOON
    assert hour.seconds == [60.0, 0.0, 0.0, 0.0, 0.0, 3.5, 0.0, 0.0]
    assert hour.watched_s == 120
    assert hour.zones == {"till": [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0]]}


def test_heat_outside_its_own_grid_is_a_dead_letter(ingest: Ingest) -> None:
    door = TalkingDevice(kind="door")
    door.say(
        FloorHeated(
            camera_id="door-1",
            started_at=NOON,
            columns=4,
            rows=2,
            cells=((8, 1.0),),
            watched_s=60,
        )
    )
    assert ingest.take([door.hello(), *door.batches()]).tally.dead == 1


def test_a_queues_minute_keeps_who_waited_and_whence_they_came(
    ingest: Ingest, database: Database
) -> None:
    def seen(watched_s: float, mean: float, **ways: int) -> ZoneOccupied:
        return ZoneOccupied(
            zone_id="till",
            started_at=NOON,
            dwell_s=(30.0,),
            occupancy_mean=mean,
            occupancy_max=5,
            watched_s=watched_s,
            is_queue=True,
            queue_mean=mean,
            queue_max=int(mean),
            came_from=ways,
            staff=1,
            category="Drinks",
        )

    book(ingest, seen(40.0, 4.0, goods=1), seen(20.0, 1.0, goods=2, entry=1), kind="door")
    (minute,) = rows(database, traffic_tables.ZoneMinute)
    assert (minute.queue_mean, minute.queue_max, minute.visits, minute.staff) == (3.0, 4, 2, 2)
    assert minute.came_from == {"goods": 3, "entry": 1}


def test_a_minute_knows_how_sure_and_how_fast_it_was_counted(
    ingest: Ingest, database: Database
) -> None:
    said = FootfallCounted(
        line_id="door",
        started_at=NOON,
        in_=(3,),
        out=(1,),
        watched_s=(60.0,),
        confidence=(0.9,),
        frames_per_s=(8.0,),
    )
    older = said.model_copy(update={"line_id": "side", "confidence": (), "frames_per_s": ()})
    book(ingest, said, older, kind="door")
    door, side = sorted(rows(database, traffic_tables.FootfallMinute), key=lambda row: row.line_id)
    assert (door.sure, door.frames) == (pytest.approx(3.6), 480.0)
    assert (side.sure, side.frames) == (None, None)


def test_a_clip_counted_by_hand_is_kept_once(ingest: Ingest, database: Database) -> None:
    audit = FootfallAudited(
        line_id="door",
        camera_id="door-1",
        started_at=NOON,
        seconds=900.0,
        hand_in=40,
        hand_out=38,
        counted_in=39,
        counted_out=38,
        missed=2,
        surplus=1,
        audited_at=NOON,
    )
    book(ingest, audit, kind="door")
    (row,) = rows(database, traffic_tables.FootfallAudit)
    assert (row.hand_in, row.counted_in, row.missed) == (40, 39, 2)


def test_a_quarter_of_an_hour_of_a_zone_is_fifteen_minutes_of_it(
    ingest: Ingest, database: Database
) -> None:
    quarter = ZoneOccupied(
        zone_id="till",
        started_at=NOON,
        interval_s=900,
        dwell_s=(30.0, 40.0),
        occupancy_mean=2.0,
        occupancy_max=5,
        watched_s=900,
        is_queue=True,
        queue_mean=1.5,
        queue_max=4,
        staff=1,
    )
    book(ingest, quarter, kind="door")
    minutes = sorted(rows(database, traffic_tables.ZoneMinute), key=lambda row: row.minute_at)
    assert [row.minute_at for row in minutes] == [NOON + timedelta(minutes=n) for n in range(15)]
    assert {(row.watched_s, row.queue_mean, row.queue_max) for row in minutes} == {(60.0, 1.5, 4)}
    assert [row.visits for row in minutes] == [0] * 14 + [2]
    assert sum(row.staff for row in minutes) == 1
