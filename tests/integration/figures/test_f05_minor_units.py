"""Money has the minor units of its currency, at the till, in an import and at the hub."""

from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.sales.metrics import NET_SALES
from tests.stage.money_road import opened_road


@pytest.mark.parametrize(
    ("currency", "quantity", "price", "net"),
    [
        ("JPY", "0.5", "333", "167"),
        ("JPY", "0.5", "597", "299"),
        ("KWD", "3", "1.255", "3.765"),
        ("KWD", "1", "0.125", "0.125"),
        ("EUR", "3", "1.255", "3.77"),
        ("CLP", "0.25", "999", "250"),
        ("TND", "2", "0.0005", "0.001"),
    ],
)
async def test_a_sale_comes_to_what_can_be_paid(
    tmp_path: Path, currency: str, quantity: str, price: str, net: str
) -> None:
    async with opened_road(tmp_path, currency=currency) as road:
        sold = await road.till.sell({"code": "a", "quantity": quantity, "unit_price": price})
        assert sold["total"] == net
        road.arrive()
        assert road.value(NET_SALES) == Decimal(net)


@pytest.mark.parametrize("currency", ["XXX", "EURO", "eur", "DEM", "XAU"])
def test_a_profile_in_no_currency_is_refused(currency: str) -> None:
    from pydantic import ValidationError

    from device_profiles.device import TillSettings

    with pytest.raises(ValidationError, match="currency"):
        TillSettings.model_validate({"currency": currency})
