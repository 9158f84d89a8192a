"""In which language a reader reads: what was chosen, else what the browser asks for."""

import pytest
from starlette.requests import Request

from cloud_hub.web.visit import LANGUAGE_COOKIE, language_asked, languages_accepted


def request(accepted: str = "", cookie: str | None = None) -> Request:
    headers = [(b"accept-language", accepted.encode())]
    if cookie is not None:
        headers.append((b"cookie", f"{LANGUAGE_COOKIE}={cookie}".encode()))
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("accepted", "tags"),
    [
        ("", []),
        ("zh-CN,zh;q=0.9,en;q=0.8", ["zh-CN", "zh", "en"]),
        ("en;q=0.2, es-MX ; q=0.9, de", ["de", "es-MX", "en"]),
        ("en;q=0.2,es;q=0.9", ["es", "en"]),
        ("en;q=0,*;q=0.5,fr;q=nan,es;q=-1", ["fr", "es"]),
        (",;,;;q=1,", []),
    ],
)
def test_a_browser_says_what_it_wants_and_how_much(accepted: str, tags: list[str]) -> None:
    assert languages_accepted(accepted) == tags


@pytest.mark.parametrize(
    ("accepted", "read"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh"),
        ("de-DE,zh;q=0.8,en;q=0.7", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de,fr;q=0.5", "en"),
        ("", "en"),
    ],
)
def test_nobody_has_chosen_and_the_browsers_language_holds(accepted: str, read: str) -> None:
    assert language_asked(request(accepted)) == read


def test_what_somebody_chose_comes_before_what_the_browser_asks_for() -> None:
    assert language_asked(request("zh-CN", cookie="en")) == "en"
    assert language_asked(request("en-GB"), "zh") == "zh"
    assert language_asked(request("en-GB", cookie="en"), "zh") == "en"
    assert language_asked(request("zh", cookie="tlh")) == "zh"
