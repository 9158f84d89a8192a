"""The document around a page: what its scripts need stands on it."""

import json
from datetime import UTC, datetime
from html import unescape
from re import search
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request

from cloud_hub.core.catalogues import languages
from cloud_hub.web.live.shell import Sheet, page_response
from cloud_hub.web.markup import el
from cloud_hub.web.words import Words


def document(language: str) -> str:
    words = Words(language, ZoneInfo("UTC"))
    now = datetime(2026, 3, 4, 6, 32, tzinfo=UTC)
    sheet = Sheet(title="Home", words=words, now=now, content=el("main"))
    answer = page_response(sheet, Request({"type": "http", "headers": []}))
    return bytes(answer.body).decode()


@pytest.mark.parametrize("language", languages())
def test_a_page_says_how_its_language_writes_an_age(language: str) -> None:
    told = search(r'data-units="([^"]+)"', document(language))
    assert told is not None
    units = json.loads(unescape(told[1]))
    assert set(units) == {"s", "min", "h", "d"}
    assert all("{n}" in how for how in units.values())
    assert (units["min"] == "{n} 分钟") is (language == "zh")


def test_a_page_says_its_language() -> None:
    assert 'lang="zh-CN"' in document("zh")
    assert 'lang="es"' in document("es-MX")
