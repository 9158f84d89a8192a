"""Commands beside a hub look at one that is there, and make none."""

from pathlib import Path

import pytest

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.existing_hub import settings_there


def test_a_folder_with_a_database_is_a_hub(tmp_path: Path) -> None:
    (tmp_path / "hub.db").touch()
    assert settings_there({"data_dir": tmp_path}).data_dir == tmp_path


def test_a_folder_without_one_is_none_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(UnusableData, match=r"there is no hub in .*; give --data the folder"):
        settings_there({"data_dir": tmp_path})
    assert list(tmp_path.iterdir()) == []


def test_a_database_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with pytest.raises(UnusableData, match=r"there is no database .*other.db; give --database"):
        settings_there({"data_dir": tmp_path, "database": f"sqlite:///{file}"})
    assert not file.exists()


def test_another_database_needs_no_folder(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/hub"
    assert settings_there({"data_dir": tmp_path / "gone", "database": url}).database == url
