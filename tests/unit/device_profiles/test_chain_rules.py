"""A chain tells each thing once, and each name in it points at something."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from device_profiles.chain_rules import broken_rules, doubts, twice
from device_profiles.store import ChainProfile
from tests.talking_device import COLA, OOLONG, small_chain

Spoil = Callable[[dict[str, Any]], object]
UNKNOWN = "09520000000042"


def said() -> dict[str, Any]:
    chain = small_chain(2).model_dump(mode="json")
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


def again(part: list[Any], **changes: Any) -> None:
    part.append(copy.deepcopy(part[0]) | changes)


def first_store(chain: dict[str, Any]) -> dict[str, Any]:
    store: dict[str, Any] = chain["stores"][0]
    return store


def slot(chain: dict[str, Any], **changes: Any) -> None:
    chain["planograms"][0]["slots"][0].update(changes)


def test_a_right_chain_breaks_no_rule() -> None:
    assert list(broken_rules(ChainProfile.model_validate(said()))) == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda c: again(c["brands"]), "brand 'quanye' is told twice"),
        (lambda c: again(c["products"]), f"product '{COLA}' is told twice"),
        (
            lambda c: [p.update(item_code="7") for p in c["products"][:2]],
            "item code '7' is told twice",
        ),
        (lambda c: again(c["stores"]), "store 's01' is told twice"),
        (
            lambda c: [s.update(gln="6901234567892") for s in c["stores"]],
            "GLN '6901234567892' is told twice",
        ),
        (lambda c: again(first_store(c)["fixtures"], letter="B"), "fixture 's01-a' is told twice"),
        (
            lambda c: again(first_store(c)["fixtures"], fixture_id="x"),
            "two fixtures with the letter A",
        ),
        (lambda c: again(first_store(c)["devices"]), "device 's01-till' is told twice"),
        (lambda c: again(first_store(c)["listings"]), f"lists GTIN {COLA} twice"),
        (
            lambda c: first_store(c).update(photo_plans=[{"fixture_id": "s01-a"}] * 2),
            "plans photos of fixture 's01-a' twice",
        ),
        (
            lambda c: first_store(c).update(photo_plans=[{"fixture_id": "s02-a"}]),
            "plans photos of unknown fixture 's02-a'",
        ),
        (
            lambda c: first_store(c)["devices"][0].update(fixture_id="s02-a"),
            "device 's01-till' names fixture 's02-a', not of store 's01'",
        ),
        (
            lambda c: first_store(c)["fixtures"][0].update(owner_brand_id="nobody"),
            "fixture 's01-a' names unknown brand 'nobody'",
        ),
        (
            lambda c: again(c["planograms"], fixture_id="s02-a"),
            "planogram 'plan' is told for fixture 's01-a' and for 's02-a'",
        ),
        (lambda c: again(c["planograms"]), "planogram 'plan' has two versions 1"),
        (lambda c: slot(c, slot_id="A-99-1"), "plans slot A-99-1, which fixture 's01-a' does not"),
        (lambda c: slot(c, slot_id="A-1-99"), "does not have: its slots are A-1-1 to A-"),
        (lambda c: slot(c, slot_id="A-0-1"), "plans slot A-0-1, which"),
        (lambda c: slot(c, slot_id="B-1-1"), "plans slot B-1-1, which"),
        (lambda c: slot(c, min_facings=3, max_facings=2), "max_facings 2 is below min_facings 3"),
        (lambda c: slot(c, gtin=UNKNOWN), f"plans unknown GTIN {UNKNOWN}"),
        (lambda c: slot(c, others=[UNKNOWN]), f"plans unknown GTIN {UNKNOWN}"),
        (
            lambda c: c["planograms"][0].update(must_have=[UNKNOWN]),
            f"plans unknown GTIN {UNKNOWN}",
        ),
    ],
)
def test_what_is_told_twice_or_points_at_nothing_is_refused_in_one_line(
    spoil: Spoil, why: str
) -> None:
    chain = said()
    spoil(chain)
    with pytest.raises(ValidationError) as refused:
        ChainProfile.model_validate(chain)
    (problem,) = refused.value.errors()
    assert why in problem["msg"]
    assert "\n" not in problem["msg"]


def test_of_many_mistakes_the_first_is_told_and_how_many_more() -> None:
    chain = said()
    chain["brands"].clear()
    slot(chain, gtin=UNKNOWN)
    with pytest.raises(ValidationError, match=r"names unknown brand 'quanye' \(and \d+ more\)"):
        ChainProfile.model_validate(chain)


def test_two_fixtures_may_have_the_same_plan_under_ids_of_their_own() -> None:
    chain = said()
    again(chain["planograms"], planogram_id="plan-2", fixture_id="s02-a")
    assert len(ChainProfile.model_validate(chain).planograms) == 2


def test_what_is_named_twice_is_named_once() -> None:
    assert twice([OOLONG, COLA, OOLONG, OOLONG, COLA, "x"]) == [OOLONG, COLA]


def test_one_claim_token_for_several_devices_is_doubted_without_telling_it() -> None:
    chain = said()
    again(first_store(chain)["devices"], device_id="x")
    (doubt,) = doubts(ChainProfile.model_validate(chain))
    assert doubt.startswith("devices s01-till, x have one claim_token")
    assert first_store(chain)["devices"][0]["claim_token"] not in doubt
    assert list(doubts(ChainProfile.model_validate(said()))) == []
