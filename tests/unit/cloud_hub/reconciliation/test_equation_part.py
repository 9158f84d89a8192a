"""produced = received + lost + waiting, on a page."""

from cloud_hub.reconciliation.equation_part import ledger_equation
from cloud_hub.reconciliation.sums import LinkTotals
from tests.stage.page_parts import a_reader


def test_books_that_do_not_add_up_are_said_so():
    books = LinkTotals(produced=10, received=8, lost=0, waiting=1, balanced=False)
    drawn = ledger_equation(books, a_reader())
    assert 'data-balanced="no"' in drawn
    assert "does not add up" in drawn


def test_books_that_add_up_tell_their_four_numbers():
    books = LinkTotals(produced=12345, received=12000, lost=5, waiting=340, balanced=True)
    drawn = ledger_equation(books, a_reader())
    assert 'data-balanced="yes"' in drawn
    assert "does not add up" not in drawn
    for number in ("12,345", "12,000", ">5<", "340"):
        assert number in drawn
