"""Currencies, their minor units, and how a receipt was paid."""

from decimal import Decimal

import pytest
from pydantic import BaseModel, ValidationError

from device_profiles.values.money import (
    CurrencyCode,
    InvalidMoney,
    Money,
    PlainDecimal,
    currencies,
    exact_money,
    is_gift_card,
    minor_units,
    rounded_money,
    settle,
    smallest_coin,
)


class Priced(BaseModel):
    """What a door takes."""

    currency: CurrencyCode = "EUR"
    amount: PlainDecimal = Decimal(0)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        *((code, 2) for code in ("EUR", "CNY", "USD", "CHF", "HUF", "TWD", "RSD", "IRR", "AFN")),
        *((code, 0) for code in ("JPY", "KRW", "CLP", "VND", "ISK", "XOF", "UGX")),
        *((code, 3) for code in ("KWD", "BHD", "TND", "OMR", "JOD", "LYD", "IQD")),
    ],
)
def test_minor_units_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_units(currency) == digits


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "DEM", "eur", "EURO", "ZZZ", "", "€"])
def test_a_code_that_nobody_pays_with_is_no_currency(code: str) -> None:
    with pytest.raises(ValidationError, match="no currency in use"):
        Priced.model_validate({"currency": code})


def test_every_currency_in_use_is_known() -> None:
    assert {"EUR", "CNY", "JPY", "KWD", "CHF", "XCG", "VES"} <= currencies()
    assert len(currencies()) > 140


@pytest.mark.parametrize(
    ("amount", "currency", "paid"),
    [
        ("166.5", "JPY", "167"),
        ("298.5", "JPY", "299"),
        ("-298.5", "JPY", "-299"),
        ("3.765", "KWD", "3.765"),
        ("0.1255", "KWD", "0.126"),
        ("0.125", "EUR", "0.13"),
        ("-0.125", "EUR", "-0.13"),
        ("10", "EUR", "10.00"),
    ],
)
def test_money_is_rounded_half_up_to_the_currencys_own_units(
    amount: str, currency: str, paid: str
) -> None:
    assert str(rounded_money(Decimal(amount), currency)) == paid


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("298.50", "JPY"), ("0.125", "EUR"), ("0.1255", "KWD"), ("1E+11", "EUR"), ("NaN", "EUR")],
)
def test_an_amount_that_the_currency_does_not_have_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(InvalidMoney):
        exact_money(Decimal(amount), currency)


def test_trailing_zeros_are_no_decimals() -> None:
    assert exact_money(Decimal("298.00"), "JPY") == 298


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E+1", "10"),
        ("1E+12", "1000000000000"),
        ("1E-4", "0.0001"),
        ("0E+2", "0"),
        ("2.50", "2.50"),
    ],
)
def test_money_in_json_is_plain_text(number: str, text: str) -> None:
    assert Priced(amount=Decimal(number)).model_dump(mode="json")["amount"] == text


def test_two_currencies_do_not_add_up() -> None:
    assert (
        str(
            Money(amount=Decimal("1.50"), currency="EUR") + Money(amount=Decimal(2), currency="EUR")
        )
        == "3.50 EUR"
    )
    with pytest.raises(InvalidMoney, match="50 CNY and 100 EUR do not add up"):
        _ = Money(amount=Decimal(50), currency="CNY") + Money(amount=Decimal(100), currency="EUR")


@pytest.mark.parametrize(
    ("currency", "lines", "cash", "rounding"),
    [
        ("CHF", "10.88", "10.90", "0.02"),
        ("CHF", "10.92", "10.90", "-0.02"),
        ("CHF", "-10.88", "-10.90", "-0.02"),
        ("SEK", "10.49", "10", "-0.49"),
        ("NZD", "10.04", "10.00", "-0.04"),
        ("EUR", "10.03", "10.05", "0.02"),
        ("CNY", "10.08", "10.00", "-0.08"),
        ("DKK", "10.30", "10.50", "0.20"),
        ("HUF", "1002", "1000", "-2"),
    ],
)
def test_cash_is_rounded_by_less_than_the_smallest_coin(
    currency: str, lines: str, cash: str, rounding: str
) -> None:
    paid = settle(Decimal(lines), [("Cash", Decimal(cash))], currency)
    assert (paid.rounding, paid.short) == (Decimal(rounding), 0)


@pytest.mark.parametrize(
    ("kind", "tendered", "short"),
    [
        ("card", "10.90", "-0.02"),
        ("cash", "10.93", "-0.05"),
        ("cash", "5.00", "5.88"),
        ("cash", "20.00", "-9.12"),
    ],
)
def test_any_other_difference_is_no_rounding(kind: str, tendered: str, short: str) -> None:
    paid = settle(Decimal("10.88"), [(kind, Decimal(tendered))], "CHF")
    assert (paid.rounding, paid.short) == (0, Decimal(short))


def test_of_no_tender_nothing_is_known() -> None:
    assert settle(Decimal(5), [], "EUR").short is None


def test_yen_are_not_rounded() -> None:
    assert smallest_coin("JPY") == 1
    assert settle(Decimal(101), [("cash", Decimal(100))], "JPY").short == 1


@pytest.mark.parametrize("kind", ["gift-card", "Gift card", "GIFTCARD", "gift_card", "礼品卡"])
def test_a_gift_card_is_known_in_any_spelling(kind: str) -> None:
    assert is_gift_card(kind)
    paid = settle(Decimal(50), [(kind, Decimal(30)), ("cash", Decimal(20))], "EUR")
    assert (paid.gift_cards, paid.short) == (30, 0)


@pytest.mark.parametrize("kind", ["card", "cash", "gift", "voucher", ""])
def test_other_tenders_are_no_gift_cards(kind: str) -> None:
    assert not is_gift_card(kind)
