"""How much a device may send."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.media_store import Upload
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.media_quota import (
    MOST_UNFINISHED,
    MediaQuota,
    begin_upload,
    finish_upload,
    forget_upload,
    over_quota,
    raise_quota_alarm,
)
from cloud_hub.link.hub_alarms import SILENCE, clear_silent_alarms
from cloud_hub.link.tables import AlarmRaised, MediaDay, MediaUpload
from tests.talking_device import NOON

QUOTA = MediaQuota(day_bytes=1_000, whole_bytes=2_500)
DAY = timedelta(days=1)


@pytest.fixture
def session(hub_database: Database) -> Iterator[Session]:
    with hub_database.writing() as session:
        yield session


def upload(number: int, total: int = 100, device: str = "s01-cooler") -> Upload:
    return Upload(tenant_id="linguang", device_id=device, sha256=f"{number:064x}", total=total)


def status(session: Session, wanted: Upload, days: int = 0) -> int | None:
    against = over_quota(session, wanted, QUOTA, NOON + days * DAY)
    return against and against.status


def counted(session: Session) -> list[int]:
    return list(session.scalars(sa.select(MediaDay.bytes).order_by(MediaDay.day)))


def test_a_day_is_full_and_the_next_one_is_not(session: Session) -> None:
    assert status(session, upload(1, 1_000)) is None
    begin_upload(session, upload(1, 1_000), NOON)
    assert status(session, upload(2, 1)) == 429
    assert status(session, upload(2, 1_000), days=1) is None
    assert status(session, upload(2, 1_000, "s01-door")) is None


def test_the_whole_is_full_for_good(session: Session) -> None:
    for day in range(2):
        begin_upload(session, upload(day, 1_000), NOON + day * DAY)
    assert status(session, upload(9, 501), days=2) == 507
    assert status(session, upload(9, 501), days=99) == 507
    assert status(session, upload(9, 500), days=99) is None


def test_a_picture_larger_than_the_quota_never_begins(session: Session) -> None:
    assert status(session, upload(1, 1_001)) == 429
    assert status(session, upload(1, 2_501)) == 507


def test_of_many_unfinished_pictures_the_oldest_goes_and_counts_no_more(session: Session) -> None:
    for number in range(MOST_UNFINISHED):
        assert begin_upload(session, upload(number), NOON + timedelta(seconds=number)) == []
    begin_upload(session, upload(77, device="s01-door"), NOON)
    finish_upload(session, upload(3), NOON)
    assert begin_upload(session, upload(50), NOON + timedelta(seconds=50)) == []
    assert begin_upload(session, upload(51), NOON + timedelta(seconds=51)) == [f"{0:064x}"]
    assert session.get(MediaUpload, ("linguang", "s01-cooler", f"{0:064x}")) is None
    assert counted(session) == [100 * (MOST_UNFINISHED + 1), 100]


def test_a_picture_that_was_another_one_counts_no_more(session: Session) -> None:
    begin_upload(session, upload(1), NOON)
    forget_upload(session, upload(1))
    forget_upload(session, upload(1))
    assert counted(session) == [0]
    begin_upload(session, upload(2), NOON)
    finish_upload(session, upload(2), NOON)
    forget_upload(session, upload(2))
    assert counted(session) == [100]


def test_one_alarm_stands_however_often_a_device_asks(session: Session) -> None:
    against = over_quota(session, upload(1, 9_999), QUOTA, NOON)
    assert against is not None
    for seconds in range(0, 120, 10):
        raise_quota_alarm(session, upload(1, 9_999), against, NOON + timedelta(seconds=seconds))
        session.flush()
    (alarm,) = session.scalars(sa.select(AlarmRaised))
    assert (alarm.alarm, alarm.subject, alarm.raised_at) == ("media-quota", "in-whole", NOON)
    raise_quota_alarm(session, upload(1, 9_999, "s01-gone"), against, NOON)
    assert clear_silent_alarms(session, NOON + SILENCE + DAY) == 1
