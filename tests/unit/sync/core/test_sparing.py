import asyncio
import logging

import pytest

from sync.core.sparing import sparing

log = logging.getLogger(__name__)


def test_what_an_item_raises_is_told_and_goes_no_further(caplog: pytest.LogCaptureFixture) -> None:
    with sparing(log, "%s failed", "photo 7", action="opening") as failure:
        raise ValueError("no such slot")
    assert str(failure.error) == "no such slot"
    assert "photo 7 failed" in caplog.text
    assert "no such slot" in caplog.text


def test_an_item_that_does_its_work_has_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    with sparing(log, "%s failed", "photo 7", action="opening") as failure:
        pass
    assert failure.error is None
    assert caplog.text == ""


def test_being_cancelled_is_no_failure() -> None:
    with (
        pytest.raises(asyncio.CancelledError),
        sparing(log, "%s failed", "photo 7", action="opening"),
    ):
        raise asyncio.CancelledError
