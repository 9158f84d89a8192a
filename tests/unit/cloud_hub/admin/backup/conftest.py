"""A hub to make backups of."""

from pathlib import Path

import pytest

from tests.stage.restoring.some_hub import SomeHub, made_hub


@pytest.fixture
def some_hub(tmp_path: Path) -> SomeHub:
    return made_hub(tmp_path / "hub")
