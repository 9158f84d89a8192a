"""A file of invoices as a POS exports it, imported, and what stands in the outboxes then."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from edge_agent.till.imports.importing import Importing, import_receipts
from edge_agent.till.imports.mapping import ReceiptMapping
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
