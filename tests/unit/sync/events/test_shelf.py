"""What a photo shows, as it travels."""

import pytest
from pydantic import TypeAdapter, ValidationError

from sync.events import PictureQuality

QUALITY = TypeAdapter(PictureQuality)


@pytest.mark.parametrize("word", [*PictureQuality])
def test_every_word_for_a_picture_travels(word: PictureQuality) -> None:
    assert QUALITY.validate_json(QUALITY.dump_json(word)) is word


@pytest.mark.parametrize("word", ["frosted", "upside_down", "x"])
def test_a_word_of_a_later_version_claims_nothing_and_refuses_no_event(word: str) -> None:
    assert QUALITY.validate_python(word) is PictureQuality.OTHER


@pytest.mark.parametrize("word", ["", "Clear", "no colour", "x" * 33, 3, None, "<b>"])
def test_what_is_no_word_is_refused(word: object) -> None:
    with pytest.raises(ValidationError):
        QUALITY.validate_python(word)
