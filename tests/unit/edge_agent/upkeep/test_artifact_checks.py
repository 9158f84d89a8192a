"""What was sent, proved before it is used."""

import json
import tomllib
from pathlib import Path

import pytest

from device_profiles.device import DeviceProfile
from edge_agent.upkeep.artifact_checks import checks_for
from vision_models.core.errors import VisionError
from vision_models.networks.models import SHIPPED

GTIN = "06901234567892"


TILL = DeviceProfile.model_validate(
    {
        "tenant_id": "linguang",
        "store_id": "s01",
        "device_id": "s01-till",
        "kind": "till",
        "claim_token": "claim-token-s01-till",
        "till": {},
    }
)


def price_list(price: str, currency: str = "CNY") -> bytes:
    return json.dumps({"currency": currency, "prices": [{"gtin": GTIN, "price": price}]}).encode()


def test_a_price_list_in_another_currency_is_unfit(tmp_path):
    path = tmp_path / "prices.json"
    path.write_bytes(price_list("1", "USD"))
    with pytest.raises(Exception, match="in USD, this till sells in CNY"):
        checks_for(TILL, lambda _: None)["price-list"]("prices/till", path)


def test_a_till_has_no_use_for_models():
    assert set(checks_for(TILL, lambda _: None)) == {"price-list"}


def test_a_model_is_proved_on_its_golden_picture(tmp_path):
    camera = TILL.model_copy(update={"cameras": (object(),)})
    check = checks_for(camera, lambda _: None)["model"]
    entry = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["sku-embedding"]
    (tmp_path / "models").mkdir()
    (tmp_path / "models.toml").write_bytes(SHIPPED.read_bytes())
    weights = tmp_path / entry["file"]
    weights.write_bytes((SHIPPED.parent / entry["file"]).read_bytes())
    check("models/sku-embedding", tmp_path)
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(VisionError, match="not the model of the manifest"):
        check("models/sku-embedding", tmp_path)


def test_plans_for_fixtures_that_a_device_does_not_see_are_unfit(tmp_path):
    plan = {
        "planogram_id": "p1",
        "version": 1,
        "fixture_id": "s09-z",
        "valid_from": "2026-01-01T00:00:00Z",
        "slots": [{"slot_id": "A-1-1", "gtin": GTIN}],
    }
    path = Path(tmp_path / "plans.json")
    path.write_text(json.dumps({"planograms": [plan]}), encoding="utf-8")
    camera = TILL.model_copy(update={"cameras": (object(),)})
    with pytest.raises(Exception, match="it plans s09-z; this device sees no fixture"):
        checks_for(camera, lambda _: None)["planogram"]("planograms/s09", path)
