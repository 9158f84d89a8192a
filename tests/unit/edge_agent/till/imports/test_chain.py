"""The chain that a file's stores make."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from edge_agent.till.imports.chain import chain_of, claim_token, folder_secret
from edge_agent.till.imports.importing import Importing, import_receipts
from edge_agent.till.imports.mapping import (
    ReceiptMapping,
    UnusableMapping,
)
from edge_agent.till.imports.reading import ReceiptFile
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES
from sync.outbox.outbox import Outbox

MAPPING = ReceiptMapping.model_validate(
    {
        "name": "invoices",
        "tenant_id": "t1",
        "tenant_name": {"en": "T", "zh": "测"},
        "currency": "GBP",
        "store_time_zone": "Europe/London",
        "file_time_zone": "Europe/London",
        "time_format": "%d/%m/%Y %H:%M",
        "columns": {
            "store": "Shop",
            "receipt": "Invoice",
            "ended_at": "Date",
            "code": "Stock Code",
            "quantity": "Quantity",
            "unit_price": "Price",
            "identity": "Customer ID",
        },
    }
)


HEADER = "Shop,Invoice,Date,Stock Code,Quantity,Price,Customer ID\n"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "invoices.csv"
    path.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
    return path


def run(path: Path, data: Path, mapping: ReceiptMapping = MAPPING, stores=None):
    data.mkdir(exist_ok=True)
    importing = Importing(
        source=ReceiptFile(path, mapping, scratch=data),
        data_dir=data,
        clock=ManualClock(datetime(2026, 11, 22, tzinfo=UTC)),
        rng=Random(1),
        on_progress=lambda book: None,
    )
    return import_receipts(importing, stores)


def booked(data: Path, device: str):
    outbox = Outbox.open(
        data / device / "agent.db",
        clock=ManualClock(datetime(2026, 11, 22, tzinfo=UTC)),
        quota_bytes=2**30,
        rng=Random(1),
    )
    with outbox.reading() as connection:
        rows = connection.execute("SELECT kind, body FROM outbox ORDER BY lane, seq").fetchall()
    outbox.close()
    return [EVENT_TYPES[kind].model_validate_json(body) for kind, body in rows]


def test_stores_whose_names_would_collide_are_refused(tmp_path):
    path = write(tmp_path, "A 1,1,1/12/2010 08:26,A,1,1,7", "a-1,2,1/12/2010 08:26,A,1,1,7")
    with pytest.raises(UnusableMapping, match="would both be 'store-a-1'"):
        run(path, tmp_path / "d")


def test_the_chain_names_every_store_with_a_till_that_can_claim(tmp_path):
    path = write(tmp_path, "1,1,1/12/2010 08:26,A,1,1,7", "2,2,1/12/2010 08:26,A,1,1,7")
    source = ReceiptFile(path, MAPPING, scratch=tmp_path)
    secret = folder_secret(tmp_path)
    chain = chain_of(MAPPING, source.stores(), secret)
    assert [store.store_id for store in chain.stores] == ["store-1", "store-2"]
    device = chain.stores[0].devices[0]
    assert device.claim_token == claim_token(folder_secret(tmp_path), device.device_id)
    assert (tmp_path / "import-secret").stat().st_mode & 0o077 == 0
