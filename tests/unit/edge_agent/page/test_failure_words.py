"""Failures in Chinese."""

import pytest

from device_profiles.failures import Failure
from edge_agent.page.failure_words import in_chinese


@pytest.mark.parametrize("failure", list(Failure))
def test_every_failure_has_chinese_words(failure: Failure) -> None:
    told = in_chinese(f"cannot read /data/cooler.json: {failure}")
    assert told.startswith("无法读取 /data/cooler.json: ")
    assert not any(letter.isascii() and letter.isalpha() for letter in told.partition(": ")[2])


def test_names_and_addresses_stay() -> None:
    told = in_chinese(f"no broker answers at 10.0.0.9:1883: {Failure.NOTHING_ANSWERS}")
    assert told == "消息服务器无应答 10.0.0.9:1883: 对方没有应答；请确认它在运行，地址是否正确"
    assert in_chinese("IMG_1.jpg") == "IMG_1.jpg"
