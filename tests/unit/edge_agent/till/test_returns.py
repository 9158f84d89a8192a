"""What may come back to a till: never more than it sold."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.stage.money_road import PlayedTill, key_of, opened_road

COLA = "6901234567892"


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[PlayedTill]:
    async with opened_road(tmp_path) as road:
        yield road.till


def of(receipt: dict[str, Any], line: int = 1) -> dict[str, Any]:
    return key_of(receipt) | {"line": line}


def bottle(quantity: str = "1", **more: Any) -> dict[str, Any]:
    return {"code": COLA, "quantity": quantity, "unit_price": "10"} | more


async def test_more_than_was_sold_never_comes_back(till: PlayedTill) -> None:
    sold = await till.sell(bottle())
    status, answer = await till.say("returns", {"lines": [bottle("5", return_of=of(sold))]})
    assert status == 409
    assert "5 each come back of line 1" in answer["error"]
    assert "which sold 1 each" in answer["error"]
    assert till.outbox.books()[0].produced == 1


async def test_what_came_back_before_counts(till: PlayedTill) -> None:
    sold = await till.sell(bottle("3"))
    await till.sell(bottle("2", return_of=of(sold)), act="returns")
    status, answer = await till.say("returns", {"lines": [bottle("2", return_of=of(sold))]})
    assert (status, answer["error"].endswith("2 came back before")) == (409, True)
    await till.sell(bottle("1", return_of=of(sold)), act="returns")


async def test_two_lines_of_one_return_count_together(till: PlayedTill) -> None:
    sold = await till.sell(bottle("3"))
    twice = [bottle("2", return_of=of(sold)), bottle("2", return_of=of(sold))]
    assert (await till.say("returns", {"lines": twice}))[0] == 409


async def test_an_exchange_in_a_sale_is_judged_like_a_return(till: PlayedTill) -> None:
    sold = await till.sell(bottle("1"))
    exchange = [bottle("-2", return_of=of(sold)), bottle("1", code="other")]
    assert (await till.say("sales", {"lines": exchange}))[0] == 409
    await till.sell(bottle("-1", return_of=of(sold)), bottle("1", code="other"))


async def test_a_return_said_again_under_its_key_comes_back_once(till: PlayedTill) -> None:
    sold = await till.sell(bottle("1"))
    body = {"lines": [bottle("1", return_of=of(sold))]}
    assert (await till.say("returns", body, key="r1"))[0] == 201
    assert (await till.say("returns", body, key="r1"))[0] == 200
    assert (await till.say("returns", body, key="r2"))[0] == 409


async def test_nothing_of_a_voided_sale_comes_back(till: PlayedTill) -> None:
    sold = await till.sell(bottle("1"))
    await till.void(sold)
    status, answer = await till.say("returns", {"lines": [bottle("1", return_of=of(sold))]})
    assert (status, "was voided" in answer["error"]) == (409, True)


async def test_a_sale_of_which_something_came_back_is_not_voided(till: PlayedTill) -> None:
    sold = await till.sell(bottle("3"))
    back = await till.sell(bottle("1", return_of=of(sold)), act="returns")
    status, answer = await till.void(sold)
    assert (status, "void that one first" in answer["error"]) == (409, True)
    assert (await till.void(back))[0] == 201
    assert (await till.void(sold))[0] == 201


async def test_a_voided_return_may_come_back_again(till: PlayedTill) -> None:
    sold = await till.sell(bottle("1"))
    back = await till.sell(bottle("1", return_of=of(sold)), act="returns")
    await till.void(back)
    await till.sell(bottle("1", return_of=of(sold)), act="returns")


async def test_what_a_line_did_not_sell_does_not_come_back_of_it(till: PlayedTill) -> None:
    sold = await till.sell(bottle("1"), bottle("-1"))
    for line in (2, 3, 99):
        lines = [bottle("1", return_of=of(sold, line))]
        status, answer = await till.say("returns", {"lines": lines})
        assert (status, f"sold nothing on line {line}" in answer["error"]) == (409, True)
    other = bottle("1", code="6901234567908", return_of=of(sold))
    assert (await till.say("returns", {"lines": [other]}))[0] == 409


async def test_grams_come_back_of_kilograms(till: PlayedTill) -> None:
    sold = await till.sell(bottle("0.5", unit="kg"))
    lines = [bottle("501", unit="g", unit_price="0.01", return_of=of(sold))]
    assert (await till.say("returns", {"lines": lines}))[0] == 409
    lines[0]["quantity"] = "500"
    assert (await till.say("returns", {"lines": lines}))[0] == 201


async def test_more_money_than_was_paid_is_told(till: PlayedTill) -> None:
    sold = await till.sell(bottle("2", discount="5"))
    back = await till.sell(bottle("2", return_of=of(sold)), act="returns")
    assert "line 1: 20.00 is paid back for what cost 15.00" in back["warnings"]


async def test_of_another_tills_receipt_the_hub_judges(till: PlayedTill) -> None:
    sold = await till.sell(bottle("1"))
    elsewhere = of(sold) | {"workstation_id": "till-9"}
    back = await till.sell(bottle("50", return_of=elsewhere), act="returns")
    assert any("this till has no receipt till-9/" in one for one in back["warnings"])


async def test_a_line_that_comes_back_is_negative_in_a_sale(till: PlayedTill) -> None:
    sold = await till.sell(bottle("1"))
    status, _ = await till.say("sales", {"lines": [bottle("1", return_of=of(sold))]})
    assert status == 409
