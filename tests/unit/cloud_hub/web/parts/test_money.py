"""What a problem costs, on a page."""

from decimal import Decimal

from cloud_hub.boards.problems.row import Cost
from cloud_hub.web.parts.money import cost_mark
from device_profiles.names import Names
from tests.stage.page_parts import a_reader


def test_an_amount_too_small_to_write_is_not_written_as_zero():
    formula = Names(en="0.1", zh="0.1")
    cent = Cost(amount=Decimal("0.10"), currency="CNY", a_day=False, formula=formula)
    assert cost_mark(cent, a_reader()) is None


def cost(amount: str, *, a_day: bool = False) -> Cost:
    formula = Names(en="4 × 5 <CNY>", zh="4 × 5")
    return Cost(amount=Decimal(amount), currency="CNY", a_day=a_day, formula=formula)


def test_a_cost_shows_its_sum_and_how_it_was_reached():
    drawn = str(cost_mark(cost("31.20"), a_reader()))
    assert "≈ ¥ 31<" in drawn
    assert 'title="4 × 5 &lt;CNY&gt;"' in drawn
    assert "a day" in str(cost_mark(cost("31.20", a_day=True), a_reader()))


def test_what_costs_nothing_shows_nothing():
    assert cost_mark(None, a_reader()) is None
    assert cost_mark(cost("0.49"), a_reader()) is None
    assert cost_mark(cost("0.50"), a_reader()) is not None
