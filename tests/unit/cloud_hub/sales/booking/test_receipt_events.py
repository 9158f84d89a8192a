"""What becomes of a receipt: its lines, what it moves, and who showed it."""

from decimal import Decimal
from pathlib import Path

from cloud_hub.core.keys.device_seal import key_for_devices
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.importer import import_chain
from cloud_hub.sales import tables as sales_tables
from cloud_hub.sales.tables import ReceiptIdentity
from cloud_hub.shoppers.tables import Identity
from sync.core.sealed_handles import seal
from sync.events import (
    ReceiptType,
    ShopperIdentity,
)
from tests.stage.booking import book, held
from tests.stage.hub_tables import rows
from tests.talking_device import APPLES, COLA, TalkingDevice, line, receipt, small_chain

WEIGHED = "2000042015350"  # item 00042, 1.535 kg


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


def test_what_is_no_handle_is_nobodys(ingest: Ingest, database: Database) -> None:
    shown = [
        receipt(n, line(1, COLA, "1", "3", "3")).model_copy(
            update={"identities": (ShopperIdentity(kind="phone", value=value),)}
        )
        for n, value in enumerate(
            ("n/a", "-", "none", "无", "＋８６１３８００１３８０００", "+86 13800138000")
        )
    ]
    book(ingest, *shown)
    assert len(rows(database, Identity)) == 1
    assert len(rows(database, ReceiptIdentity)) == 2


def test_a_chains_country_stands_before_that_of_its_stores(
    ingest: Ingest, database: Database
) -> None:
    with database.writing() as session:
        import_chain(session, small_chain(2).model_copy(update={"country": "DE"}))
    shown = [
        receipt(n, line(1, COLA, "1", "3", "3")).model_copy(
            update={"identities": (ShopperIdentity(kind="phone", value=value),)}
        )
        for n, value in enumerate(("0171 1234567", "+491711234567"))
    ]
    book(ingest, *shown)
    assert len(rows(database, Identity)) == 1


def test_what_a_till_sealed_is_the_same_shopper_as_what_none_did(
    ingest: Ingest, database: Database, tmp_path: Path
) -> None:
    sealed = seal("Ab-1", key_for_devices(load_secrets(tmp_path)))
    foreign = seal("Ab-1", key_for_devices(load_secrets(tmp_path / "other")))
    book(
        ingest,
        *(
            receipt(number, line(1, COLA, "1", "3", "3"), member=value)
            for number, value in enumerate((sealed, "ab-1", foreign))
        ),
    )
    (identity,) = rows(database, Identity)
    assert ingest._projector.identities.decrypt(identity.value_encrypted).casefold() == "ab-1"
    assert len(rows(database, ReceiptIdentity)) == 2
    assert len(rows(database, sales_tables.Receipt)) == 3
