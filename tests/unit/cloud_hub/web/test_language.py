"""In which language a reader reads: what was chosen, else what the browser asks for; and one page
in a language that only has a catalogue."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request

from cloud_hub.boards.home.page import home_page
from cloud_hub.boards.home.view import home_view
from cloud_hub.core.catalogues import language_name, languages
from cloud_hub.register import SEARCHES
from cloud_hub.web.parts.bar import languages as language_choice
from cloud_hub.web.reader import Reader
from cloud_hub.web.visit import LANGUAGE_COOKIE, Wished, language_asked, languages_accepted
from cloud_hub.web.words import Words
from tests.small_chain import COLA, NOW, PLAN, SmallChain, head_office, local


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
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de,fr;q=0.5", "en"),
        ("", "en"),
    ],
)
def test_nobody_has_chosen_and_the_browsers_language_holds(accepted: str, read: str) -> None:
    assert language_asked(request(accepted)) == read


def test_what_somebody_chose_comes_before_what_the_browser_asks_for() -> None:
    assert language_asked(request("zh-CN", cookie="en")) == "en"
    assert Wished.of(request("en-GB")).language("zh") == "zh"
    assert Wished.of(request("en-GB", cookie="en")).language("zh") == "en"
    assert language_asked(request("zh", cookie="tlh")) == "zh"


def test_a_language_with_a_catalogue_alone_draws_a_whole_page(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path, stores=2)
    for at in (local(13), local(14)):
        chain.photo(at, seen={slot: gtin for slot, gtin in PLAN.items() if slot != "A-2-1"})
    chain.stock(COLA, "24", "back-room", at=local(8))
    chain.receipt(local(9), (COLA, "411", "1234.50"))
    words = Words("es", ZoneInfo("Etc/GMT-8"))
    with chain.reading() as session:
        view = home_view(session, head_office(), NOW, SEARCHES)
        page = home_page(view, Reader(viewer=head_office(), words=words, now=NOW))
    for said in ("Ventas netas", "Requiere su atención", "Un problema", "1.235 ¥", "vacío"):
        assert said in page
    assert "Cola" in page, "no Spanish name: the English one"
    for english in ("Net sales", "Needs you now", "problem:", "empty for"):
        assert english not in page


def test_the_choice_lists_every_language_in_its_own_words() -> None:
    choice = language_choice(Words("es", ZoneInfo("UTC")))
    for language in languages():
        assert f'data-language="{language}"' in choice
        assert f'title="{language_name(language)}"' in choice
    assert choice.count('aria-pressed="true"') == 1
    assert 'data-language="es" aria-pressed="true"' in choice
