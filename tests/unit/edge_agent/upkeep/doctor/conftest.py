from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.settings import EdgeSettings, load_settings

HEAD = """
tenant_id = "demo"
store_id = "s01"
device_id = "s01-{kind}"
kind = "{kind}"
claim_token = "0123456789abcdef"
"""


@pytest.fixture
def device(tmp_path: Path) -> Callable[..., EdgeSettings]:
    """Writes a profile and reads it as `aisle edge doctor` does."""

    def make(kind: str, tables: str, hub: str | None = None) -> EdgeSettings:
        path = tmp_path / "device.toml"
        path.write_text(HEAD.format(kind=kind) + tables, encoding="utf-8")
        return load_settings(path, tmp_path / "data", hub)

    return make
