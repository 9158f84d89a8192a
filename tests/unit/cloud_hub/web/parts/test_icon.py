"""Small signs."""

import pytest

from cloud_hub.web.parts.icon import PATHS, icon


@pytest.mark.parametrize("name", PATHS)
def test_a_sign_without_a_label_is_silent_and_one_with_a_label_is_read(name: str) -> None:
    assert 'aria-hidden="true"' in icon(name)
    assert "aria-label" not in icon(name)
    said = icon(name, "what it means")
    assert 'aria-label="what it means"' in said
    assert 'role="img"' in said
    assert "aria-hidden" not in said


def test_a_sign_that_nobody_drew_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon("unicorn")
