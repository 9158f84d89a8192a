from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.fleet.enrolment.shown_codes import SHOWN_FOR, keep_shown, shown_code
from cloud_hub.fleet.tables import ShownCode
from cloud_hub.master_data.place_tables import DeviceRow
from tests.small_chain import NOW, TENANT, SmallChain

CODE = "aisle1:a.b.c.d."


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    chain = SmallChain.open(tmp_path)
    with chain.database.writing() as session:
        yield session
    chain.database.close()


@pytest.fixture
def till(session: Session) -> DeviceRow:
    till = session.get_one(DeviceRow, (TENANT, "s01-till"))
    till.claimed_at = None
    return till


def test_who_made_it_sees_it_for_its_time(session: Session, till: DeviceRow) -> None:
    key = keep_shown(session, till, CODE, "ling", NOW)
    assert "=" not in key
    assert shown_code(session, till, key, "ling", NOW + SHOWN_FOR - timedelta(seconds=1)) == CODE
    assert shown_code(session, till, key, "ling", NOW + SHOWN_FOR) is None
    assert shown_code(session, till, key, "wang", NOW) is None
    (row,) = session.scalars(sa.select(ShownCode))
    assert CODE not in row.sealed
    assert key not in row.sealed


def test_a_claimed_device_s_code_is_shown_no_more(session: Session, till: DeviceRow) -> None:
    key = keep_shown(session, till, CODE, "ling", NOW)
    till.claimed_at = NOW
    assert shown_code(session, till, key, "ling", NOW) is None


@pytest.mark.parametrize("key", ["", "x", "A" * 43, "A" * 44, "é" * 43, "=" * 43, "-" * 5000])
def test_another_key_opens_nothing(session: Session, till: DeviceRow, key: str) -> None:
    keep_shown(session, till, CODE, "ling", NOW)
    assert shown_code(session, till, key, "ling", NOW) is None


def test_a_newer_code_takes_its_place_and_old_ones_go(session: Session, till: DeviceRow) -> None:
    old = keep_shown(session, till, CODE, "ling", NOW)
    door = session.scalars(sa.select(DeviceRow).where(DeviceRow.device_id != "s01-till")).first()
    assert door is not None
    keep_shown(session, door, CODE, "ling", NOW)
    later = NOW + SHOWN_FOR
    new = keep_shown(session, till, CODE + "2", "wang", later)
    assert shown_code(session, till, old, "ling", later) is None
    assert shown_code(session, till, new, "wang", later) == CODE + "2"
    assert len(session.scalars(sa.select(ShownCode)).all()) == 1
