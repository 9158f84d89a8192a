"""Guessing passwords gets slower."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from cloud_hub.access.throttle import LoginThrottle, Patience, network_of
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


def test_however_many_names_come_so_many_are_remembered() -> None:
    throttle = LoginThrottle(remembered=100)
    for number in range(5_000):
        throttle.failed(f"{number}" + "x" * 10_000, NOON)
        assert len(throttle) <= 100
    assert throttle.wait_s("0" + "x" * 10_000, NOON) == 0


def test_who_keeps_failing_is_remembered_among_many_others() -> None:
    throttle = LoginThrottle(free_tries=1, remembered=100)
    for number in range(1_000):
        throttle.failed("anna", NOON)
        for other in range(50):
            throttle.failed(f"{number}-{other}", NOON)
    assert throttle.wait_s("anna", NOON) == 900


def test_odd_names_are_names() -> None:
    throttle = LoginThrottle(free_tries=1)
    for who in ("", "\0", "\ud800", "茶", "a b"):
        throttle.failed(who, NOON)
        throttle.failed(who, NOON)
        assert throttle.wait_s(who, NOON) == 2


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_customers_ipv6_addresses_are_one(address: str, network: str) -> None:
    assert network_of(address) == network


@dataclass(frozen=True)
class Try:
    """A name tried from an address."""

    name: str
    address: str

    @property
    def pair(self) -> str:
        """Both."""
        return f"{self.name} {self.address}"


def test_one_address_that_tries_ever_other_names_must_wait() -> None:
    patience = Patience()
    tried = 0
    while not patience.wait_s(Try(f"name-{tried}", "192.0.2.7"), NOON):
        patience.failed(Try(f"name-{tried}", "192.0.2.7"), NOON)
        tried += 1
    assert tried == 50
    assert patience.wait_s(Try("anna", "192.0.2.8"), NOON) == 0


def test_nobody_locks_a_colleague_out_from_elsewhere() -> None:
    patience = Patience()
    for _ in range(20):
        patience.failed(Try("anna", "192.0.2.7"), NOON)
    assert patience.wait_s(Try("anna", "192.0.2.7"), NOON) > 0
    assert patience.wait_s(Try("anna", "192.0.2.8"), NOON) == 0
    patience.succeeded(Try("anna", "192.0.2.7"))
    assert patience.wait_s(Try("anna", "192.0.2.7"), NOON) == 0
