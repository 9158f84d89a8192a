"""What stands around the device's own pages."""

import htpy as h
import pytest
from aiohttp.test_utils import make_mocked_request

from edge_agent.page.frame import framed, wants_chinese


@pytest.mark.parametrize(
    ("path", "accepted", "is_chinese"),
    [
        ("/", "", False),
        ("/", "en-GB,en;q=0.9", False),
        ("/", "zh-CN,zh;q=0.9,en;q=0.8", True),
        ("/", "ZH", True),
        ("/?lang=zh", "en", True),
        ("/?lang=zh-CN", "en", True),
        ("/?lang=en", "zh-CN", False),
        ("/?lang=", "zh-CN", True),
        ("/?lang=xx", "zh-CN", False),
    ],
)
def test_a_page_is_asked_for_in_chinese_by_its_address_else_by_the_browser(
    path: str, accepted: str, is_chinese: bool
) -> None:
    request = make_mocked_request("GET", path, headers={"Accept-Language": accepted})
    assert wants_chinese(request) is is_chinese


def test_a_page_is_a_whole_document_in_its_language() -> None:
    page = framed("<s01>", h.p["a & b"], head=h.meta(name="x"), is_chinese=True)
    assert page.startswith('<!doctype html><html lang="zh">')
    assert "<title>&lt;s01&gt;</title>" in page
    assert "<p>a &amp; b</p>" in page
    assert '<meta name="x">' in page
    assert 'lang="en"' in framed("t", is_chinese=False)
    assert "None" not in framed("t", None, is_chinese=False)
