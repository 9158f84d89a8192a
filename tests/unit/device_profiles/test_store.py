"""A chain's master data: every name in it points at something."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from device_profiles.opening_hours import OpeningHours
from device_profiles.store import ChainProfile
from tests.talking_device import COLA, small_chain

Spoil = Callable[[dict[str, Any]], object]


def said() -> dict[str, Any]:
    chain = small_chain().model_dump(mode="json")
    chain["planograms"] = [
        {
            "planogram_id": "plan",
            "version": 1,
            "fixture_id": "s01-a",
            "valid_from": "2026-01-01T00:00:00Z",
            "slots": [{"slot_id": "A-1-1", "gtin": COLA}],
        }
    ]
    return chain


def test_a_chain_comes_back_from_json_as_it_was() -> None:
    chain = ChainProfile.model_validate(said())
    assert ChainProfile.model_validate_json(chain.model_dump_json()) == chain


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda chain: chain["brands"].clear(), "names unknown brand 'quanye'"),
        (
            lambda chain: chain["stores"][0]["listings"][0].update(gtin="09520000000042"),
            "store 's01' lists unknown GTIN",
        ),
        (
            lambda chain: chain["planograms"][0].update(fixture_id="s01-z"),
            "names unknown fixture 's01-z'",
        ),
        (lambda chain: chain.update(currency="yuan"), "currency"),
        (lambda chain: chain["stores"][0].update(time_zone="Mars/Olympus"), "use an IANA name"),
        (lambda chain: chain["stores"][0].update(time_zone="../etc"), "use an IANA name"),
        (lambda chain: chain["stores"][0].update(selling_area_m2=0), "selling_area_m2"),
        (lambda chain: chain["stores"][0].update(gln="123"), "gln"),
        (lambda chain: chain["stores"][0]["devices"][0].update(claim_token="short"), "claim_token"),
    ],
)
def test_what_points_at_nothing_or_cannot_be_is_refused(spoil: Spoil, why: str) -> None:
    chain = said()
    spoil(chain)
    with pytest.raises(ValidationError, match=why):
        ChainProfile.model_validate(chain)


def test_opening_hours_have_no_exceptions_unless_some_are_told() -> None:
    hours = OpeningHours.model_validate({"opens": "07:00", "closes": "23:00"})
    assert hours.exceptions == {}
