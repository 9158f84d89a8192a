"""The simulated reviewer says what truly stood there, and leaves strangers to people."""

from datetime import UTC, datetime

from simulators.chain.chain import cooler_slots
from simulators.core.clock import demo_time
from simulators.core.logins import draw_logins
from simulators.day.problems import RIVAL_SLOTS, UNLISTED_SLOTS, planted_in
from simulators.demo.reviewer import Reviewer

TIME = demo_time(datetime(2026, 11, 20, 6, 30, tzinfo=UTC))


def question(slot_id: str, hour: int) -> dict[str, object]:
    taken_at = TIME.at(TIME.today, hour).isoformat()
    where = {"store_id": "s05", "fixture_id": "s05-a", "slot_id": slot_id}
    return {**where, "photo": {"taken_at": taken_at}}


def test_it_answers_by_the_truth_of_that_moment() -> None:
    reviewer = Reviewer("http://hub", draw_logins()[0], planted_in(("s05",), TIME))
    slot = RIVAL_SLOTS[0]
    assert reviewer.truth_of(question(slot, 8)) == cooler_slots()[slot]
    assert reviewer.truth_of(question(slot, 12)) not in (None, cooler_slots()[slot])
    assert reviewer.truth_of(question(next(iter(UNLISTED_SLOTS)), 12)) is None
