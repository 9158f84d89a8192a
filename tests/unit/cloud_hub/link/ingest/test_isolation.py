import logging

import pytest
from sqlalchemy.exc import OperationalError

from cloud_hub.link.ingest.isolation import isolated


def test_what_a_transaction_comes_to_is_handed_on() -> None:
    assert isolated(lambda: 7, 1, "a/topic") == 7


@pytest.mark.parametrize("error", [RecursionError(), KeyError("x"), MemoryError()], ids=repr)
def test_what_it_raises_is_told_in_the_log_and_goes_no_further(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> int:
        raise error

    with caplog.at_level(logging.ERROR):
        assert isolated(fails, 3, "a/topic") is None
    assert "not taken: 3 of a/topic" in caplog.text


def test_a_database_out_of_order_is_no_fault_of_what_it_was_given() -> None:
    def fails() -> int:
        raise OperationalError("INSERT", {}, Exception("gone"), connection_invalidated=True)

    with pytest.raises(OperationalError):
        isolated(fails, 1, "a/topic")
