"""The chain that a file's stores make."""

import pytest

from edge_agent.till.imports.chain import chain_of, claim_token, folder_secret
from edge_agent.till.imports.mapping import (
    UnusableMapping,
)
from edge_agent.till.imports.reading import ReceiptFile
from tests.stage.receipts.invoices import MAPPING, run, write


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
