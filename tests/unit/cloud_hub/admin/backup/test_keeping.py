"""Backups by the clock."""

from datetime import timedelta

from cloud_hub.admin.backup.keeping import name_at, place_in, prune
from tests.stage.restoring.some_hub import NOW


def test_the_newest_stay_and_what_is_called_otherwise_too(tmp_path):
    names = [name_at(NOW + timedelta(days=day)) for day in range(5)]
    for name in (*names, "mine.age", f"{names[0]}.part"):
        (tmp_path / name).touch()
    assert sorted(prune(tmp_path, 2)) == sorted([*names[:3], f"{names[0]}.part"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[3:], "mine.age"])


def test_a_folder_is_made_for_its_user_alone(tmp_path):
    path = place_in(tmp_path / "backups", NOW)
    assert path.name == "aisle-20261130T120000Z.tar.zst.age"
    assert path.parent.stat().st_mode & 0o077 == 0
