"""One code, guessed by anybody."""

from edge_agent.page.code_lock import FREE_TRIES, LONGEST_S, CodeLock


def test_after_a_few_wrong_codes_each_one_doubles_the_wait() -> None:
    lock, waits = CodeLock(), []
    for _ in range(FREE_TRIES + 3):
        lock.failed(100.0)
        waits.append(lock.wait_s(100.0))
    assert waits == [0.0] * (FREE_TRIES - 1) + [2.0, 4.0, 8.0, 16.0]
    assert lock.wait_s(110.0) == 6.0
    assert lock.wait_s(500.0) == 0.0


def test_the_wait_has_an_end_however_many_came() -> None:
    lock = CodeLock()
    for _ in range(10_000):
        lock.failed(0.0)
    assert lock.wait_s(0.0) == LONGEST_S


def test_the_right_code_forgives_the_wrong_ones() -> None:
    lock = CodeLock()
    for _ in range(FREE_TRIES):
        lock.failed(0.0)
    lock.succeeded()
    lock.failed(0.0)
    assert lock.wait_s(0.0) == 0.0
