"""What a problem costs, with the sum behind it."""

from decimal import Decimal
from typing import Final

from cloud_hub.insight.finding import Cost
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader

LEAST: Final = Decimal("0.5")
"""A smaller amount would be written as 0, which says less than nothing."""


def cost_mark(cost: Cost | None, reader: Reader) -> Markup | None:
    """ "≈ ¥31" or "≈ ¥31 a day"; its formula on hover."""
    if cost is None or cost.amount < LEAST:
        return None
    words = reader.words
    amount = words.money(cost.amount, cost.currency)
    said = (
        words("≈ {amount} a day", amount=amount)
        if cost.a_day
        else words("≈ {amount}", amount=amount)
    )
    return el("span", said, class_="cost", title=words.of(cost.formula))
