"""Money: currencies in use with their minor units, exact amounts, plain decimal text, and what
cash is rounded to. The one place for all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated

from babel.core import get_global
from pydantic import AfterValidator, Field, PlainSerializer

from device_profiles.values.bounds import MONEY_MAX


class InvalidMoney(ValueError):
    """An amount that its currency does not have, or a sum of two currencies; the message says
    what to give instead."""


ISO_DIGITS = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)
"""Minor units of ISO 4217 where CLDR tells the digits that people still write."""
COINS = {
    "CNY": Decimal("0.10"),
    "HKD": Decimal("0.10"),
    "HUF": Decimal(5),
    "ILS": Decimal("0.10"),
    "INR": Decimal(1),
    "KRW": Decimal(10),
    "NZD": Decimal("0.10"),
    "THB": Decimal("0.25"),
    "ZAR": Decimal("0.10"),
}
"""The smallest coin that is paid with, where CLDR does not tell one."""
SMALLEST_COIN = 5
"""In minor units, where neither tells: tills of many countries round cash to five cents."""
GIFT_CARDS = frozenset({"giftcard", "giftvoucher", "giftcertificate", "礼品卡", "购物卡"})
CASH = "cash"


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """ISO 4217 codes that are legal tender somewhere today. No metals, no funds, no XXX."""
    told = get_global("territory_currencies").values()
    return frozenset(code for all_ in told for code, _, end, tender in all_ if tender and not end)


def known_currency(code: str) -> str:
    """`code` itself.  Raises InvalidMoney where no country pays with it."""
    if code not in currencies():
        raise InvalidMoney(
            f"{code!r} is no currency in use; give its ISO 4217 code, such as EUR, JPY or KWD"
        )
    return code


CurrencyCode = Annotated[str, Field(max_length=40), AfterValidator(known_currency)]
"""A pydantic field: the ISO 4217 code of a currency in use."""


def minor_units(currency: str) -> int:
    """How many decimals amounts of `currency` have: EUR 2, JPY 0, KWD 3."""
    fractions = get_global("currency_fractions")
    return int(ISO_DIGITS.get(currency, fractions.get(currency, fractions["DEFAULT"])[0]))


def smallest_coin(currency: str) -> Decimal:
    """What cash is rounded to where one pays with `currency`."""
    digits = minor_units(currency)
    _, _, cash_digits, steps = get_global("currency_fractions").get(
        currency, (digits, 0, digits, 0)
    )
    told = Decimal(max(steps, 1)).scaleb(-min(cash_digits, digits))
    least = Decimal(SMALLEST_COIN if digits == 2 else 1).scaleb(-digits)
    return max(told, least, COINS.get(currency, least))


def rounded_money(amount: Decimal, currency: str) -> Decimal:
    """`amount` to the currency's minor units, half away from zero, as a till prints it."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


def exact_money(amount: Decimal, currency: str) -> Decimal:
    """`amount` itself.  Raises InvalidMoney where it has more decimals than the currency, or is
    too large."""
    digits = minor_units(currency)
    if not amount.is_finite() or abs(amount) > MONEY_MAX:
        raise InvalidMoney(f"{plain(amount)} is too large: at most {MONEY_MAX:,f}")
    if amount != round(amount, digits):
        raise InvalidMoney(
            f"{plain(amount)} {currency} cannot be paid: {currency} has"
            f" {digits or 'no'} decimal place{'' if digits == 1 else 's'}; round it"
        )
    return amount


def plain(number: Decimal) -> str:
    """The number in digits: never 1E+1."""
    return format(number, "f") if number.is_finite() else str(number)


PlainDecimal = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A pydantic field: an exact number that is plain decimal text in JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount of one currency. Sums of two currencies raise InvalidMoney."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Both together."""
        if other.currency != self.currency:
            raise InvalidMoney(
                f"{plain(self.amount)} {self.currency} and {plain(other.amount)} {other.currency}"
                " do not add up; count each currency by itself"
            )
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __str__(self) -> str:
        """As people read it: `12.50 EUR`."""
        return f"{plain(self.amount)} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a receipt was paid: what the till rounded cash by, and what of it was paid with gift
    cards, which counted when they were sold. `short` is what the tenders lack (below zero: have
    too much); None where nothing is told of them."""

    rounding: Decimal
    gift_cards: Decimal
    short: Decimal | None


def settle(lines: Decimal, tenders: Iterable[tuple[str, Decimal]], currency: str) -> Settled:
    """How `tenders` (kind, amount) pay what the lines come to. Cash is rounded by less than the
    smallest coin; any other difference is short."""
    paid = list(tenders)
    zero = Decimal(0)
    if not paid:
        return Settled(rounding=zero, gift_cards=zero, short=None)
    cards = sum((amount for kind, amount in paid if is_gift_card(kind)), zero)
    over = sum((amount for _, amount in paid), zero) - lines
    has_cash = any(kind.strip().casefold() == CASH for kind, _ in paid)
    is_rounded = over != 0 and has_cash and abs(over) < smallest_coin(currency)
    return Settled(
        rounding=over if is_rounded else zero,
        gift_cards=cards,
        short=zero if is_rounded else -over,
    )


def is_gift_card(kind: str) -> bool:
    """Whether a tender of this kind was bought in a shop before: `gift-card`, `Gift card`."""
    return "".join(filter(str.isalnum, kind.casefold())) in GIFT_CARDS
