"""The door, drawn."""

import pytest

from cloud_hub.web.pages.login import login_page
from cloud_hub.web.words import UTC, Words


def drawn(problem: str = "", seconds: str = "", place: str = "", language: str = "en") -> str:
    words = Words(language, UTC)
    return str(login_page(words, problem=problem, seconds=seconds, place=place))


def test_the_door_asks_for_name_and_password_and_says_nothing_else() -> None:
    page = drawn()
    assert 'type="password" name="password"' in page
    assert page.count(" autofocus") == 1
    assert 'role="alert"' not in page


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("wrong", "Login or password is wrong."),
        ("wait", "Too many tries. Wait 12 s"),
        ("other-site", "That form came from another page."),
        ("ended", "You were signed out."),
    ],
)
def test_why_it_stayed_shut_is_said(problem: str, said: str) -> None:
    assert said in drawn(problem, "12")


def test_a_problem_that_is_none_is_not_repeated() -> None:
    page = drawn("<script>alert(1)</script>")
    assert "alert(1)" not in page
    assert 'role="alert"' not in page


@pytest.mark.parametrize("seconds", ["", "soon", "-1", "<b>", "1.5"])
def test_a_time_to_wait_that_makes_no_sense_is_half_a_minute(seconds: str) -> None:
    assert "Wait 30 s" in drawn("wait", seconds)


def test_where_to_go_afterwards_goes_along_escaped() -> None:
    page = drawn(place='/shelf/s01-a?slot="A-1-2"')
    assert 'name="next" value="/shelf/s01-a?slot=&#34;A-1-2&#34;"' in page


def test_the_door_is_in_the_readers_language_and_offers_the_others() -> None:
    page = drawn(language="zh")
    assert "Sign in" not in page
    for tag in ("en", "es", "zh"):
        assert f'data-language="{tag}"' in page
    assert page.count('aria-pressed="true"') == 1
