"""Guessing passwords gets slower."""

from datetime import timedelta

from cloud_hub.access.throttle import LoginThrottle
from tests.talking_device import NOON


def test_guessing_is_slowed_down_and_success_forgives() -> None:
    throttle = LoginThrottle(free_tries=3)
    waits = []
    for _ in range(6):
        waits.append(throttle.wait_s("anna", NOON))
        throttle.failed("anna", NOON)
    assert waits == [0.0, 0.0, 0.0, 1.0, 2.0, 4.0]
    assert throttle.wait_s("somebody else", NOON) == 0.0
    assert throttle.wait_s("anna", NOON + timedelta(minutes=15)) == 0.0
    throttle.succeeded("anna")
    assert throttle.wait_s("anna", NOON) == 0.0


def test_the_longest_wait_is_a_bound() -> None:
    throttle = LoginThrottle(free_tries=1, longest=timedelta(minutes=1))
    for _ in range(40):
        throttle.failed("anna", NOON)
    assert throttle.wait_s("anna", NOON) == 60.0


def test_a_wait_runs_out_with_the_clock() -> None:
    throttle = LoginThrottle(free_tries=1, longest=timedelta(minutes=15))
    for _ in range(4):
        throttle.failed("anna", NOON)
    waits = [throttle.wait_s("anna", NOON + timedelta(seconds=s)) for s in (0, 3, 7.5, 8, 99)]
    assert waits == [8.0, 5.0, 0.5, 0.0, 0.0]


def test_a_failure_after_a_wait_makes_the_next_one_longer() -> None:
    throttle = LoginThrottle(free_tries=1)
    for _ in range(2):
        throttle.failed("anna", NOON)
    later = NOON + timedelta(hours=1)
    assert throttle.wait_s("anna", later) == 0
    throttle.failed("anna", later)
    assert throttle.wait_s("anna", later) == 4


def test_one_names_success_forgives_nobody_else() -> None:
    throttle = LoginThrottle(free_tries=1)
    for who in ("anna", "berta"):
        for _ in range(2):
            throttle.failed(who, NOON)
    throttle.succeeded("anna")
    throttle.succeeded("somebody never heard of")
    assert (throttle.wait_s("anna", NOON), throttle.wait_s("berta", NOON)) == (0, 2)
