"""What a file's columns mean."""

import pytest

from edge_agent.till.imports.mapping import (
    ReceiptMapping,
    UnusableMapping,
    load_mapping,
)
from edge_agent.till.imports.reading import ReceiptFile
from tests.stage.receipts.invoices import MAPPING


def test_a_mapping_of_the_first_release_still_tells_the_chains_name() -> None:
    told = MAPPING.model_dump(mode="json", exclude={"tenant_name"})
    old = ReceiptMapping.model_validate(told | {"tenant_en": "T", "tenant_zh": "测"})
    assert old == MAPPING


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Shop,Invoice,When\n1,2,3\n", encoding="utf-8")
    with pytest.raises(UnusableMapping) as told:
        ReceiptFile(path, MAPPING, scratch=tmp_path)
    assert "no column 'Date', 'Stock Code', 'Quantity'" in str(told.value).replace(
        "'Invoice', ", ""
    )
    assert "it has: Shop, Invoice, When" in str(told.value)
    assert "\n" not in str(told.value)


def test_the_shipped_mappings_load_and_an_unknown_one_is_named_with_them():
    assert load_mapping("complete-journey").tenant_id == "complete-journey"
    with pytest.raises(UnusableMapping, match="complete_journey"):
        load_mapping("incomplete-journey")
