"""Files of receipts, read row by row."""

import pytest

from edge_agent.till.imports.mapping import (
    UnusableMapping,
)
from edge_agent.till.imports.reading import ReceiptFile, UnreadableReceipts
from tests.stage.receipts.invoices import MAPPING


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", None), ("a.csv", b""), ("a.parquet", b"no parquet"), ("a.csv", b"\xff\xfe\x00,\n")],
)
def test_an_unreadable_file_is_one_clear_line(tmp_path, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((UnreadableReceipts, UnusableMapping)) as told:
        ReceiptFile(path, MAPPING, scratch=tmp_path)
    assert "\n" not in str(told.value)
