"""What is said of the authority's files before a broker is tried."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.link.mosquitto.broker_trial import judge_files
from tests.stage.tls.authority import TestAuthority


@pytest.mark.parametrize(("later", "wrong"), [(timedelta(), 0), (timedelta(days=3), 2)])
def test_a_list_or_certificate_that_has_ended_is_told(
    tmp_path: Path, later: timedelta, wrong: int
) -> None:
    authority = TestAuthority(tmp_path / "authority")
    judged = judge_files(authority.folder, datetime.now(UTC) + later)
    assert [one.line.split()[0] for one in judged].count("wrong") == wrong
