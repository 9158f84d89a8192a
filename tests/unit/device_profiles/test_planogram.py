"""Planograms and chains refuse what cannot be meant."""

import pytest
from pydantic import ValidationError

from device_profiles.planogram import PlanogramProfile
from device_profiles.store import ChainProfile

WATER = "06901234567892"
NEW_YEAR = "2026-01-01T00:00:00Z"


def plan(
    *slots: tuple[str, str], valid_from: str = "2026-01-01T00:00:00+08:00"
) -> PlanogramProfile:
    return PlanogramProfile.model_validate(
        {
            "planogram_id": "p1",
            "version": 1,
            "fixture_id": "f1",
            "valid_from": valid_from,
            "slots": [{"slot_id": slot, "gtin": gtin} for slot, gtin in slots],
        }
    )


def test_a_slot_knows_its_product() -> None:
    planogram = plan(("A-1-1", "6901234567892"))
    assert planogram.product_in("A-1-1") == WATER
    assert planogram.product_in("A-1-2") is None


def test_a_slot_planned_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="plans slot A-1-1 twice"):
        plan(("A-1-1", WATER), ("A-1-1", WATER))


def test_a_plan_without_a_utc_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="valid_from"):
        plan(("A-1-1", WATER), valid_from="2026-01-01T00:00:00")


def test_a_product_of_an_unknown_brand_is_refused() -> None:
    name = {"en": "Water", "zh": "水"}
    with pytest.raises(ValidationError, match="unknown brand 'nobody'"):
        ChainProfile.model_validate(
            {
                "tenant_id": "t",
                "name": name,
                "currency": "CNY",
                "brands": [],
                "products": [{"gtin": WATER, "name": name, "brand_id": "nobody", "category": name}],
                "stores": [],
            }
        )


def test_a_plan_may_be_a_priority_list_alone_but_not_nothing() -> None:
    words = {"planogram_id": "p", "version": 1, "fixture_id": "f", "valid_from": NEW_YEAR}
    assert PlanogramProfile.model_validate(words | {"must_have": [WATER]}).products == {WATER}
    with pytest.raises(ValidationError, match="give it slots or must_have"):
        PlanogramProfile.model_validate(words)
    with pytest.raises(ValidationError, match=f"must have {WATER} twice"):
        PlanogramProfile.model_validate(words | {"must_have": [WATER, WATER]})
