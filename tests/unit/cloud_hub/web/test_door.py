import pytest
from starlette.requests import Request

from cloud_hub.web.door import is_own_form, own_path


def request(**headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": named})


@pytest.mark.parametrize("place", ["/", "/shelf/s01-a?slot=A-1-2", "/brand"])
def test_a_path_of_the_console_is_gone_to(place):
    assert own_path(place) == place


@pytest.mark.parametrize(
    "place",
    ["", "//evil.example/", "https://evil.example", "/\\evil.example", "javascript:x", "shelf"],
)
def test_no_sign_in_leads_out_of_the_console(place):
    assert own_path(place) == ""


def test_a_form_of_our_own_page_is_taken():
    assert is_own_form(request(host="hub:8080", sec_fetch_site="same-origin"))
    assert is_own_form(request(host="hub:8080", origin="http://hub:8080"))


def test_a_form_of_another_site_is_refused():
    assert not is_own_form(request(host="hub:8080", sec_fetch_site="cross-site"))
    assert not is_own_form(request(host="hub:8080", origin="http://evil.example"))
