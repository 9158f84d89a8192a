"""Guessing a code takes longer with each guess."""

from edge_agent.page.lockout import ADDRESSES_KEPT, FREE_TRIES, LONGEST_WAIT_S, Lockout


def guesses(lockout: Lockout, times: int, address: str = "10.0.0.1", at_s: float = 0.0) -> None:
    for _ in range(times):
        lockout.failed(address, at_s)


def test_a_few_wrong_codes_cost_nothing_and_then_each_doubles_the_wait() -> None:
    lockout = Lockout()
    guesses(lockout, FREE_TRIES - 1)
    assert lockout.wait_s("10.0.0.1", 0) == 0
    waits = []
    for _ in range(4):
        guesses(lockout, 1)
        waits.append(lockout.wait_s("10.0.0.1", 0))
    assert waits == [2, 4, 8, 16]
    assert lockout.wait_s("10.0.0.1", 15) == 1
    assert lockout.wait_s("10.0.0.1", 16) == 0


def test_nobody_waits_longer_than_a_quarter_of_an_hour() -> None:
    lockout = Lockout()
    guesses(lockout, 500)
    assert lockout.wait_s("10.0.0.1", 0) == LONGEST_WAIT_S


def test_a_colleague_elsewhere_may_try_until_many_addresses_guess() -> None:
    lockout = Lockout()
    guesses(lockout, 10)
    assert lockout.wait_s("10.0.0.2", 0) == 0
    for number in range(30):
        guesses(lockout, 1, f"10.0.1.{number}")
    assert lockout.wait_s("10.0.0.2", 0) > 0


def test_the_right_code_forgets() -> None:
    lockout = Lockout()
    guesses(lockout, 10)
    lockout.succeeded("10.0.0.1")
    assert lockout.wait_s("10.0.0.1", 0) == 0


def test_what_is_remembered_is_bounded() -> None:
    lockout = Lockout()
    for number in range(3 * ADDRESSES_KEPT):
        guesses(lockout, 1, str(number))
    assert len(lockout._failures) <= ADDRESSES_KEPT + 1
