from random import Random

from sync.events import Lane
from sync.link.window import LANE_WINDOW, RESEND_CAP_S, WINDOW, Window

SALE, ALERT, METRIC, MEDIA = (
    (1, lane) for lane in (Lane.SALE, Lane.ALERT, Lane.METRIC, Lane.MEDIA)
)


def window(**waiting):
    made = Window(Random(1))
    made.restart({(1, Lane[name]): [(1, count)] for name, count in waiting.items()})
    return made


def launch_all(made, now_s=0.0):
    flights = []
    while (chosen := made.pick()) is not None:
        key, span, _ = chosen
        flights.append(made.launch(key, span, now_s=now_s, losses_until=0))
    return flights


def test_at_most_four_batches_a_lane_and_eight_in_all_fly():
    flights = launch_all(window(SALE=1000, ALERT=1000, METRIC=1000, MEDIA=1000))
    assert len(flights) == WINDOW
    assert max(sum(f.key == key for f in flights) for key in (SALE, ALERT)) == LANE_WINDOW


def test_higher_lanes_go_first():
    made = window(METRIC=10_000, SALE=1)
    assert made.pick()[0] == SALE


def test_a_tenth_is_kept_for_lower_lanes_and_none_of_them_starves():
    made = window(SALE=100_000, METRIC=100_000, MEDIA=100_000)
    served = []
    for _ in range(200):
        key, span, _ = made.pick()
        made.launch(key, span, now_s=0, losses_until=0)
        made.land(key, [span], 0.1)
        served.append(key[1])
    assert served.count(Lane.METRIC) == served.count(Lane.MEDIA) == 10
    assert served.count(Lane.SALE) == 180


def test_the_hubs_credit_bounds_the_window_but_never_stops_it():
    made = window(SALE=1000, METRIC=1000)
    made.credit = 3
    assert len(launch_all(made)) == 3
    made.recall()
    made.credit = 0
    assert len(launch_all(made)) == 1


def resend_after(made, now_s):
    """Seconds until the first resend, found by looking every tenth."""
    return made.next_due_s() - now_s


def measured(now_s=0.0, took_s=0.1, **waiting):
    """A window that has seen how long an answer takes."""
    made = window(**waiting)
    key, span, _ = made.pick()
    made.launch(key, span, now_s=now_s - took_s, losses_until=0)
    made.land(key, [span], now_s)
    return made


def test_an_unanswered_batch_waits_again_after_its_time_and_later_each_time():
    made = measured(METRIC=150)
    now_s, waits = 0.0, []
    for _ in range(12):
        launch_all(made, now_s)
        waits.append(resend_after(made, now_s))
        assert made.expire(now_s + 9.99) == 0
        now_s += 100.0
        assert made.expire(now_s) > 0
    assert 10.0 <= waits[0] <= 15.0
    assert waits[3] > 40


def test_the_longest_wait_is_bounded():
    made = window(METRIC=1)
    for round_ in range(20):
        (flight,) = launch_all(made, 1000.0 * round_)
        made.expire(1000.0 * (round_ + 1) - 1)
    (flight,) = launch_all(made, 0.0)
    assert flight.tries == 21
    assert made.next_due_s() <= RESEND_CAP_S * 1.5


def test_before_the_first_answer_a_slow_hub_is_given_half_a_minute():
    made = window(METRIC=1)
    launch_all(made)
    assert made.next_due_s() >= 30


def test_a_hub_that_still_answers_is_not_sent_the_same_again():
    made = measured(METRIC=1000)
    flights = launch_all(made)
    made.land(METRIC, [(flights[0].first, flights[0].last)], 9.9)
    assert made.expire(16.0) == 0


def test_a_batch_that_was_passed_over_is_sent_again_in_its_time():
    made = measured(METRIC=1000)
    first = launch_all(made, 0.0)[0]
    made.land(METRIC, [(201, 300)], 0.1)
    later = made.launch(METRIC, made.pick()[1], now_s=0.5, losses_until=0)
    made.land(METRIC, [(later.first, later.last)], 0.9)
    assert made.expire(15.1) == 1
    assert made.pick()[1][0] == first.first


def test_a_batch_never_answered_is_cut_smaller():
    made = window(METRIC=100)
    sizes = []
    now_s = 0.0
    for _ in range(9):
        flight = launch_all(made, now_s)[0]
        sizes.append(flight.last - flight.first + 1)
        made.recall()
    assert sizes[0] == 100
    assert sizes[-1] < 10


def test_an_acknowledgement_of_a_part_leaves_the_rest_to_be_sent():
    made = window(METRIC=100)
    launch_all(made)
    made.land(METRIC, [(1, 40), (61, 100)], 0.1)
    assert made.in_flight == 0
    assert made.pick()[1] == (41, 60)


def test_an_acknowledgement_that_comes_late_stops_the_resend():
    made = window(METRIC=100)
    launch_all(made)
    made.expire(99)
    made.land(METRIC, [(1, 100)], 99)
    assert made.pick() is None


def test_a_slow_hub_is_given_more_time_before_a_resend():
    made = window(METRIC=10_000)
    now_s = 0.0
    for _ in range(20):
        key, span, _ = made.pick()
        made.launch(key, span, now_s=now_s, losses_until=0)
        now_s += 19.0
        made.land(key, [span], now_s)
    launch_all(made, now_s)
    assert resend_after(made, now_s) > 19.0


def test_losses_are_confirmed_by_the_batch_that_carried_them():
    made = window(METRIC=100)
    made.launch(METRIC, (1, 50), now_s=0, losses_until=7)
    assert made.land(METRIC, [(1, 50)], 1) == 7


def test_older_epochs_go_first_within_a_lane():
    made = Window(Random(1))
    made.restart({(2, Lane.SALE): [(1, 5)], (1, Lane.SALE): [(8, 9)]})
    assert made.pick()[0] == (1, Lane.SALE)


def test_what_the_hub_holds_is_not_sent_again_and_what_it_does_not_hold_is():
    made = window(METRIC=200)
    launch_all(made)
    made.hold(METRIC, [(1, 100)], 29.0)
    assert made.expire(50.0) == 1
    assert made.pick()[1] == (101, 200)
    assert made.in_flight == 1


def test_a_hub_that_says_what_it_holds_is_waited_for_less_long():
    made = window(METRIC=100)
    made.trust(2.0)
    key, span, _ = made.pick()
    made.launch(key, span, now_s=0.0, losses_until=0)
    made.land(key, [span], 0.1)
    made.appended(METRIC, 101, 200)
    launch_all(made, now_s=1.0)
    told = resend_after(made, 1.0)
    made.trust(0.0)
    assert 6.0 <= told <= 9.0 < 10.0 <= resend_after(made, 1.0)
