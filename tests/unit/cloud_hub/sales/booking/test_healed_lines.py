"""What was sold before its product was known belongs to it once master data say so."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.importer import import_chain
from cloud_hub.sales import tables
from cloud_hub.sales.booking.healed_lines import heal_lines
from device_profiles.names import Names
from device_profiles.store import ProductProfile
from sync.events import ReceiptType
from tests.stage.booking import book, held
from tests.stage.hub_tables import rows
from tests.talking_device import (
    APPLES,
    COLA,
    NOON,
    TalkingDevice,
    line,
    receipt,
    small_chain,
)

TEA = "06901234567892"
PEARS = "95200000000019"
PRICED = "2177777005007"
"""Item 77777 for 5.00."""


def heal(database: Database, at: datetime = NOON, **more: object) -> int:
    """The small chain loaded again with tea and pears."""
    chain = small_chain(2)
    new = [
        ProductProfile(
            gtin=gtin,
            name=Names.same(gtin),
            brand_id=chain.brands[0].brand_id,
            category=Names.same("x"),
            item_code=item_code,
        )
        for gtin, item_code in ((TEA, None), (PEARS, "77777"))
    ]
    told = {"products": (*chain.products, *new), **more}
    with database.writing() as session:
        import_chain(session, chain.model_copy(update=told))
        return heal_lines(session, chain.tenant_id, at)


def gtins(database: Database) -> list[str | None]:
    lines = sorted(rows(database, tables.ReceiptLine), key=lambda row: row.line)
    return [row.gtin for row in lines]


def test_lines_of_every_dress_find_their_product_when_it_comes(
    ingest: Ingest, database: Database
) -> None:
    book(
        ingest,
        receipt(
            1,
            line(1, "6901234567892", "2", "3.50", "7.00"),
            line(2, "]E06901234567892", "1", "3.50", "3.50"),
            line(3, "(01)06901234567892(10)A", "1", "3.50", "3.50"),
            line(4, COLA, "1", "1", "1"),
            line(5, "nobody's", "1", "1", "1"),
        ),
    )
    assert gtins(database) == [None, None, None, COLA, None]
    assert heal(database) == 3
    assert gtins(database) == [TEA, TEA, TEA, COLA, None]
    assert held(database, TEA) == {"customer": Decimal(4), "s01/floor": Decimal(-4)}


def test_healing_again_changes_nothing(ingest: Ingest, database: Database) -> None:
    book(ingest, receipt(1, line(1, "6901234567892", "2", "3.50", "7.00")))
    assert [heal(database), heal(database)] == [1, 0]
    assert held(database, TEA)["customer"] == 2


def test_a_return_comes_back_to_the_floor_and_an_own_code_without_case_is_known(
    ingest: Ingest, database: Database
) -> None:
    back = {"workstation_id": "till-1", "business_day": "2026-03-03", "sequence": 9, "line": 1}
    returned = line(1, "6901234567892", "-1", "3.50", "-3.50", return_of=back)
    book(ingest, receipt(1, returned, kind=ReceiptType.RETURN))
    assert heal(database) == 1
    assert held(database, TEA) == {"customer": Decimal(-1), "s01/floor": Decimal(1)}


@pytest.mark.parametrize(
    ("layouts", "found"), [(("21IIIIIPPPPPC",), [PEARS]), (("20IIIIIWWWWWC",), [None])]
)
def test_own_codes_are_read_by_the_layouts_that_come_with_the_master_data(
    ingest: Ingest, database: Database, layouts: tuple[str, ...], found: list[str | None]
) -> None:
    book(ingest, receipt(1, line(1, PRICED, "1", "5.00", "5.00")))
    heal(database, code_layouts=layouts)
    assert gtins(database) == found


def test_a_restricted_number_is_no_product_though_a_till_says_so(
    ingest: Ingest, database: Database
) -> None:
    book(ingest, receipt(1, line(1, "2012345005006", "1", "5", "5", gtin="02012345005006")))
    assert gtins(database) == [None]


def test_more_lines_than_a_page_are_all_healed(
    ingest: Ingest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_hub.sales.booking.healed_lines.LINES_A_PAGE", 2)
    lines = [line(number, "6901234567892", "1", "1", "1") for number in range(1, 8)]
    book(ingest, receipt(1, *lines))
    assert heal(database) == 7
    assert held(database, TEA)["customer"] == 7


def test_what_has_a_product_keeps_it(ingest: Ingest, database: Database) -> None:
    book(ingest, receipt(1, line(1, "2000042015350", "1", "12.00", "18.42")))
    assert heal(database) == 0
    assert gtins(database) == [APPLES]


LONG_AFTER = NOON + timedelta(days=3)


def sold_tea() -> TalkingDevice:
    """A till that sold two bottles before their product was known."""
    till = TalkingDevice()
    till.say(receipt(1, line(1, "6901234567892", "2", "3.50", "7.00")))
    return till


def arrive(ingest: Ingest, till: TalkingDevice) -> None:
    ingest.take([till.hello(), *till.batches()])


def void() -> Any:
    sold = {"workstation_id": "till-1", "business_day": "2026-03-04", "sequence": 1, "line": 1}
    taken_back = line(1, "6901234567892", "-2", "3.50", "-7.00", return_of=sold)
    return receipt(2, taken_back, kind=ReceiptType.VOID)


def test_a_line_that_is_healed_after_its_day_was_final_revises_that_day_once(
    ingest: Ingest, database: Database
) -> None:
    arrive(ingest, sold_tea())
    assert heal(database, LONG_AFTER) == 1
    assert heal(database, LONG_AFTER + timedelta(hours=1)) == 0
    (revision,) = rows(database, tables.DayRevision)
    assert (revision.store_id, revision.revised_at) == ("s01", LONG_AFTER)
    assert (revision.net_sales_before, revision.receipts_before) == (Decimal(7), 1)


def test_a_line_that_is_healed_on_its_own_day_revises_nothing(
    ingest: Ingest, database: Database
) -> None:
    arrive(ingest, sold_tea())
    assert heal(database, NOON + timedelta(hours=1)) == 1
    assert rows(database, tables.DayRevision) == []


def test_a_healed_line_of_a_voided_receipt_changes_nothing(
    ingest: Ingest, database: Database
) -> None:
    till = sold_tea()
    till.say(void())
    arrive(ingest, till)
    assert heal(database, LONG_AFTER) == 2
    assert held(database, TEA) == {}
    assert rows(database, tables.DayRevision) == []


def test_a_void_of_a_receipt_that_was_healed_takes_all_of_it_back(
    ingest: Ingest, database: Database
) -> None:
    till = sold_tea()
    arrive(ingest, till)
    heal(database)
    till.say(void())
    arrive(ingest, till)
    assert set(held(database, TEA).values()) == {Decimal(0)}
