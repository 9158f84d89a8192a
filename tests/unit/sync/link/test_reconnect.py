from random import Random

from sync.link.reconnect import Reconnect


def test_the_first_wait_is_drawn_from_the_spread():
    waits = [Reconnect(Random(seed), spread_s=60).wait_s() for seed in range(2000)]
    assert 0 <= min(waits) < 1
    assert 59 < max(waits) <= 60
    busiest = max(sum(s <= wait < s + 1 for wait in waits) for s in range(60))
    assert busiest < 100


def test_later_waits_are_full_jitter_under_a_cap():
    policy = Reconnect(Random(1), spread_s=5)
    waits = [policy.wait_s() for _ in range(200)]
    assert max(waits) <= 300
    assert max(waits) > 250
    assert min(waits[20:]) < 30


def test_a_stable_connection_starts_the_count_anew():
    policy = Reconnect(Random(1), spread_s=2)
    for _ in range(10):
        policy.wait_s()
    policy.was_connected(lasted_s=61)
    assert policy.wait_s() <= 2


def test_a_short_connection_does_not():
    policy = Reconnect(Random(3), spread_s=2)
    for _ in range(10):
        policy.wait_s()
        policy.was_connected(lasted_s=1)
    assert max(policy.wait_s() for _ in range(20)) > 100
