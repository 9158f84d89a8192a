"""What became of a chain's rows, a line each."""

from datetime import UTC, datetime

from cloud_hub.master_data.difference import difference
from device_profiles.names import Names

AT = datetime(2026, 3, 4, tzinfo=UTC)


def test_rows_that_came_changed_and_went_are_told_a_line_each() -> None:
    before = {
        ("store", "s01"): {"name": Names(en="Old"), "gln": "", "at": None},
        ("store", "s02"): {"name": Names(en="Gone"), "gln": "", "at": None},
    }
    after = {
        ("store", "s01"): {"name": Names(en="New"), "gln": "", "at": AT},
        ("brand", "b"): {"name": Names(en="B")},
    }
    told = difference(before, after)
    assert told.lines == (
        "+ brand b",
        "~ store s01: name Old → New, at none → 2026-03-04T00:00:00+00:00",
        "- store s02",
    )
    assert told.summary == "1 added, 1 changed, 1 removed"


def test_a_secrets_hash_is_not_told() -> None:
    rows = [{("device", "d"): {"claim_token_hash": text}} for text in ("a", "b")]
    assert difference(*rows).lines == ("~ device d: claim_token",)
