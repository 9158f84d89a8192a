"""The pages of the second factor."""

import pytest

from cloud_hub.access.doors.second_factor import FactorState
from cloud_hub.web.second.page import SetUp, account_page, code_page, recovery_page, set_up_page
from cloud_hub.web.words import UTC, Words


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_every_page_says_what_it_asks_for(language: str) -> None:
    words = Words(language, UTC)
    asked = str(code_page(words, "<b>no</b>"))
    assert "&lt;b&gt;no" in asked
    assert 'autocomplete="one-time-code"' in asked
    made = SetUp(secret="ABCDEFGH", address="otpauth://totp/x?secret=ABCDEFGH")
    shown = str(set_up_page(words, made, action="/account/confirm", problem=""))
    assert "ABCD EFGH" in shown
    assert "<svg" in shown
    assert "otpauth" not in shown
    assert "abcd-efgh" in str(recovery_page(words, ["abcd-efgh"], "/account"))


def test_an_account_offers_what_can_be_done() -> None:
    words = Words("en", UTC)

    def page(*, is_on: bool, is_demanded: bool) -> str:
        state = FactorState(is_on=is_on, is_demanded=is_demanded, recovery_left=7)
        return str(account_page(words, "anna", state, ""))

    assert "/account/begin" in page(is_on=False, is_demanded=False)
    assert "Your role needs" in page(is_on=False, is_demanded=True)
    assert "/account/off" in page(is_on=True, is_demanded=False)
    assert "left: 7" in page(is_on=True, is_demanded=False)
    assert "/account/off" not in page(is_on=True, is_demanded=True)
