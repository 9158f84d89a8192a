from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from device_profiles.artifact import PlanogramSet, PriceList
from device_profiles.device import DeviceProfile
from device_profiles.store import ChainProfile
from device_profiles.values.bounds import COUNT_MAX, MONEY_MAX, unkeepable_in
from sync.artifacts.source import About
from sync.downlink.commands import Command
from sync.downlink.shadow import Desired
from sync.events import EVENT_TYPES, FootfallCounted, PacksChanged, Receipt, ZoneOccupied
from sync.link.credentials import _Answer
from sync.wire.batch import BatchHeader
from sync.wire.messages import Ack, Hello, HelloAnswer
from tests.stage.odd.bounded import unbounded
from tests.stage.odd.every_kind import BODIES, ODD, leaves, with_odd

SAID = (Hello, HelloAnswer, Ack, BatchHeader, Command, Desired, About, _Answer)
FILES = (ChainProfile, DeviceProfile, PriceList, PlanogramSet)


@pytest.mark.parametrize("model", [*EVENT_TYPES.values(), *SAID, *FILES], ids=lambda m: m.__name__)
def test_nothing_that_comes_in_may_be_endless(model: type) -> None:
    assert unbounded(model) == []


def test_an_endless_field_is_found() -> None:
    endless = dict[str, tuple[float, list[int] | None]]
    assert unbounded(endless) == [
        "dict: dict",
        "dict: float",
        "dict: int",
        "dict: list",
        "dict: str",
    ]


def test_there_is_a_sound_body_of_every_kind() -> None:
    assert BODIES.keys() == EVENT_TYPES.keys()
    for kind, body in BODIES.items():
        EVENT_TYPES[kind].model_validate(body)


@given(kind=st.sampled_from(sorted(BODIES)), odd=st.sampled_from(ODD), data=st.data())
def test_an_odd_value_anywhere_is_refused_or_can_be_kept(
    kind: str, odd: Any, data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from(sorted(leaves(BODIES[kind]), key=str)))
    try:
        body = EVENT_TYPES[kind].model_validate(with_odd(BODIES[kind], at, odd))
    except ValidationError:
        return
    assert unkeepable_in(body.model_dump(mode="json")) is None


@pytest.mark.parametrize("unknown", [{"\x00": 1}, {"new": "a\x00b"}, {"new": 2**63}])
def test_a_field_of_a_later_version_is_kept_unless_no_database_could(unknown: Any) -> None:
    said = {"gtin": "9520000000011", "taken": {"mean": 1.0, **unknown}}
    with pytest.raises(ValidationError):
        PacksChanged.model_validate(said)
    kept = PacksChanged.model_validate(said | {"taken": {"mean": 1.0, "new": "x"}})
    assert kept.taken.model_extra == {"new": "x"}


def lines(count: int, amount: str) -> list[dict[str, Any]]:
    line = BODIES["receipt"]["lines"][0]
    return [line | {"line": number, "amount": amount} for number in range(1, count + 1)]


def test_a_receipt_comes_to_no_more_than_an_amount_may_be() -> None:
    most = BODIES["receipt"] | {"lines": lines(2, str(MONEY_MAX / 2))}
    assert Receipt.model_validate(most)
    with pytest.raises(ValidationError, match="come to more than 10,000,000,000"):
        Receipt.model_validate(BODIES["receipt"] | {"lines": lines(3, str(MONEY_MAX / 2))})


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Receipt, {"lines": lines(1001, "1")}),
        (ZoneOccupied, {"interval_s": 901}),
        (ZoneOccupied, {"dwell_s": [1.0] * 2001}),
        (FootfallCounted, {"in": [0] * 241}),
        (FootfallCounted, {"in": [COUNT_MAX + 1]}),
    ],
)
def test_more_than_one_event_may_tell_is_refused(model: Any, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(BODIES[model.kind] | change)
