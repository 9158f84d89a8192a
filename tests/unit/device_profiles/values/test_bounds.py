from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from device_profiles.values.bounds import (
    COUNT_MAX,
    INTEGER_MAX,
    JSON_DEPTH,
    LATEST_AT,
    MONEY_MAX,
    NUMBER_MAX,
    REMARK_CHARACTERS,
    Amount,
    Count,
    Day,
    Integer,
    JsonObject,
    Label,
    Moment,
    Money,
    Number,
    Quantity,
    Remark,
    Seq,
    Share,
    Text,
    Word,
    is_within_time,
    keepable,
    unkeepable_in,
)


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        (Integer, INTEGER_MAX),
        (Integer, -INTEGER_MAX),
        (Count, 0),
        (Count, COUNT_MAX),
        (Seq, 1),
        (Seq, NUMBER_MAX),
        (Number, -1e12),
        (Amount, 0.0),
        (Share, 1.0),
        (Money, str(MONEY_MAX)),
        (Money, "-0.0001"),
        (Quantity, "1E+3"),
        (Label, "x" * 40),
        (Word, "x" * 80),
        (Text, "汉\n" * 100),
        (Moment, "1970-01-01T00:00:00Z"),
        (Moment, "1969-12-31T12:00:00-12:00"),
        (Moment, "2199-12-31T23:59:59.999999Z"),
        (Day, "1969-12-31"),
        (Day, "2200-01-01"),
    ],
)
def test_what_is_just_inside_its_bounds_is_taken(kind: Any, inside: object) -> None:
    TypeAdapter(kind).validate_python(inside)


@pytest.mark.parametrize(
    ("kind", "outside"),
    [
        (Integer, 2**63),
        (Integer, "9" * 5000),
        (Count, -1),
        (Count, COUNT_MAX + 1),
        (Seq, 0),
        (Seq, NUMBER_MAX + 1),
        (Number, 1.1e12),
        (Number, float("nan")),
        (Number, float("inf")),
        (Number, 10**400),
        (Number, "1e999"),
        (Amount, -0.1),
        (Share, 1.01),
        (Money, str(MONEY_MAX + 1)),
        (Money, "9" * 5000),
        (Money, "1e999999"),
        (Money, "NaN"),
        (Money, "-Infinity"),
        (Quantity, "1000000001"),
        (Label, "x" * 41),
        (Word, "a\0b"),
        (Word, "\ud800"),
        (Word, "\udfff tail"),
        (Text, "x" * 201),
        (Moment, "1969-12-31T23:59:59Z"),
        (Moment, "0001-01-01T00:00:00+14:00"),
        (Moment, "9999-12-31T23:59:59-14:00"),
        (Moment, "2200-01-01T00:00:00Z"),
        (Moment, "2199-12-31T23:59:59-00:01"),
        (Moment, "2026-11-30T12:00:00"),
        (Moment, 10**30),
        (Day, "0001-01-01"),
        (Day, "9999-12-31"),
    ],
)
def test_what_is_just_outside_its_bounds_is_refused(kind: Any, outside: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(outside)


def test_a_remark_is_made_fit_and_never_refused() -> None:
    remark = TypeAdapter(Remark).validate_python("disk \0 full \ud83d" + "!" * 5000)
    assert remark.startswith("disk � full �!")
    assert len(remark) == REMARK_CHARACTERS
    assert keepable("plain") == "plain"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [1, {"b": "x\0"}]}, "NUL"),
        ({"a\udc00": 1}, "surrogate"),
        ({"a": 2**63}, "63 bits"),
        ({"a": [-(2**70)]}, "63 bits"),
        ({"a": float("inf")}, "not finite"),
        ({"a": "x" * 70_000}, "characters"),
    ],
)
def test_json_that_no_database_keeps_is_named(value: dict[str, object], said: str) -> None:
    assert said in (unkeepable_in(value) or "")
    with pytest.raises(ValidationError, match=said):
        TypeAdapter(JsonObject).validate_python(value)


def test_json_nested_too_deep_is_refused_without_recursion() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert f"deeper than {JSON_DEPTH}" in (unkeepable_in({"a": deep}) or "")
    assert unkeepable_in({"a": [[1, True, None, 1.5, "é"]]}) is None


def test_time_ends_with_its_last_moment() -> None:
    assert is_within_time(datetime(1970, 1, 1, tzinfo=UTC))
    assert not is_within_time(LATEST_AT)
