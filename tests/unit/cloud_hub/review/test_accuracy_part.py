"""How right recognition is, in one line."""

from cloud_hub.review.accuracy_part import published_line, waiting_link
from device_profiles.store import LoginRole
from tests.stage.page_parts import a_reader, a_recognition


def line(**changes: object) -> str:
    return str(published_line(a_recognition(**changes), a_reader()))


def test_accuracy_stands_with_coverage_number_and_interval() -> None:
    said = line()
    assert "98.5 % at 93 % coverage, n = 412" in said
    assert "95 % sure: 96.8 % to 99.3 %" in said
    assert "this shelf" in said
    assert "all shelves" in line(is_own=False)


def test_what_was_not_audited_yet_is_said_and_never_0() -> None:
    said = line(accuracy=None, low=None, high=None, audited=3)
    assert "not audited yet" in said
    assert "3 judged so far" in said
    assert "93 % named" in said
    nothing = line(accuracy=None, low=None, high=None, audited=0, coverage=None)
    assert "no data" in nothing


def test_how_far_people_agree_is_told_where_it_is_known() -> None:
    assert "two people agree" not in line()
    assert "two people agree on 96 % of 1,200" in line(judged_twice=1200, agreement=0.96)
    few = line(judged_twice=5)
    assert "5 judged by two people" in few
    assert "agree" not in few
    assert "2 wait for a third person" in line(judged_twice=5, unsettled=2)


def test_questions_lead_to_the_review_of_one_shelf_or_of_all() -> None:
    assert '<a href="/review" data-doubts="3">3 crops wait</a>' in str(waiting_link(3, a_reader()))
    one = str(waiting_link(1, a_reader(), "s01-a"))
    assert 'href="/review?fixture=s01-a"' in one
    assert "1 crop waits" in one


def test_where_none_waits_or_nobody_may_answer_there_is_no_link() -> None:
    assert waiting_link(0, a_reader()) is None
    assert waiting_link(3, a_reader(LoginRole.TECHNICIAN)) is None
