"""What a restored hub asks for again, and what it never gets back."""

from datetime import timedelta

from cloud_hub.admin.backup.afterwards import (
    Restored,
    asked_again,
    read_restored,
    waiting_for,
    write_restored,
)
from cloud_hub.core.storage.database import open_database
from cloud_hub.master_data.place_tables import DeviceRow
from tests.stage.restoring.some_hub import NOW

LATER = NOW + timedelta(hours=2)


def restored(age: timedelta) -> Restored:
    return Restored(made_at=NOW, restored_at=NOW + age, backup="hub.age")


def test_what_is_lost_for_good_follows_from_the_backups_age():
    young, old, very_old = (
        " ".join(asked_again(restored(timedelta(days=days)), 3)) for days in (1, 4, 40)
    )
    assert "3 devices" in young
    assert "readings" not in young
    assert "readings" in old
    assert "lost for good: sales" not in old
    assert "lost for good: sales that were acknowledged before 2026-12-10" in very_old


def test_it_is_kept_in_the_hubs_folder(tmp_path):
    assert read_restored(tmp_path) is None
    write_restored(tmp_path, restored(timedelta(hours=2)))
    assert read_restored(tmp_path) == restored(timedelta(hours=2))
    (tmp_path / "restored.json").write_bytes(b"\xff")
    assert read_restored(tmp_path) is None


def test_a_start_names_devices_until_they_were_heard(some_hub):
    database = open_database(some_hub.settings.database_url)
    with database.writing() as session:
        till = session.get_one(DeviceRow, ("linguang", "s01-till"))
        till.claimed_at = NOW
        session.flush()
        told = waiting_for(session, restored(timedelta(hours=2)), LATER)
        assert told is not None
        assert "1 devices were not heard since" in told
        assert "s01-till" in told
        assert (
            waiting_for(session, restored(timedelta(hours=2)), LATER + timedelta(days=31)) is None
        )
        till.connected_at = LATER + timedelta(minutes=1)
        session.flush()
        assert waiting_for(session, restored(timedelta(hours=2)), LATER) is None
        session.rollback()
    database.close()
