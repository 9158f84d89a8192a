"""A cooler's month, added up by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.boards.temperature_log.view import LogAsked, has_log, temperature_log
from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.goods_tables import ProductRow
from cloud_hub.tasks.tables import Task
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OTHER, OWN, TENANT, TODAY, SmallChain, head_office, local, viewer

ASKED = LogAsked(fixture_id="s01-a")


def read(
    chain: SmallChain, at: datetime, temperature_c: float | None, mode: str = "normal"
) -> None:
    chain.add(
        CoolerReading(
            tenant_id=TENANT,
            fixture_id="s01-a",
            started_at=at,
            device_id="s01-cooler",
            store_id="s01",
            interval_s=900,
            temperature_c=temperature_c,
            compressor_duty=None,
            door_open_s=None,
            mode=mode,
        )
    )


def answered(chain: SmallChain, alarm: str, at: datetime, answer: str, by: str | None) -> None:
    chain.add(
        Task(
            tenant_id=TENANT,
            task_id=f"t-{at:%H%M}",
            store_id="s01",
            finding=f"alarm/s01-cooler/{alarm}/cam",
            text={"en": "see to it"},
            opened_at=at - timedelta(minutes=1),
            due_at=None,
            answered_at=at,
            answer=answer,
            answered_by=by,
        )
    )


def test_a_day_is_what_was_read_of_it_and_nothing_more(two_stores: SmallChain) -> None:
    read(two_stores, local(1), 3.0)
    read(two_stores, local(2), 9.0)
    read(two_stores, local(3), 9.5, mode="defrost")
    read(two_stores, local(4), None)
    with two_stores.reading() as session:
        log = temperature_log(session, head_office(), local(12), replace(ASKED, limit_c=5.0))
    today = log.days[-1]
    assert (today.day, len(log.days)) == (TODAY, TODAY.day)
    assert (today.lowest_c, today.highest_c) == (3.0, 9.5)
    assert today.mean_c == pytest.approx((3.0 + 9.0 + 9.5) / 3)
    assert today.read == pytest.approx(3 * 900 / (12 * 3600))
    # A defrost is no deviation.
    assert today.warm_s == 900.0
    before = log.days[0]
    assert (before.lowest_c, before.mean_c, before.highest_c, before.read) == (None, None, None, 0)


def test_midnight_of_the_store_parts_two_days(two_stores: SmallChain) -> None:
    read(two_stores, local(0) - timedelta(minutes=15), 2.0)
    read(two_stores, local(0), 6.0)
    with two_stores.reading() as session:
        log = temperature_log(session, head_office(), local(12), ASKED)
    assert [day.highest_c for day in log.days[-2:]] == [2.0, 6.0]
    # Nobody has said which limit holds: nothing is called too warm.
    assert (log.limit_c, log.days[-1].warm_s) == (None, None)


def test_a_deviation_is_told_with_what_people_did_and_by_whom(two_stores: SmallChain) -> None:
    two_stores.alarm("too-warm", local(8), cleared_at=local(10), value=9.1, limit=8.0)
    two_stores.alarm("too-warm", local(11), value=8.4, limit=7.0)
    two_stores.alarm("source-lost", local(9))
    two_stores.alarm("too-warm", local(9), device_id="s02-cooler", store_id="s02", limit=1.0)
    answered(two_stores, "too-warm", local(9), "done", "li")
    answered(two_stores, "too-warm", local(9, 30), "gone", None)
    with two_stores.reading() as session:
        log = temperature_log(session, head_office(), local(12), ASKED)
        for_brand = temperature_log(session, viewer(LoginRole.BRAND, OWN), local(12), ASKED)
    first, second = log.deviations
    assert [(c.answer, c.answered_by, c.answered_at) for c in first.corrections] == [
        ("done", "li", local(9))
    ]
    assert (second.cleared_at, second.corrections) == (None, ())
    assert log.limit_c == 7.0
    # Who did it is the chain's own matter.
    assert [c.answered_by for c in for_brand.deviations[0].corrections] == [None]


def test_a_deviation_that_began_last_month_and_goes_on_is_in_both(two_stores: SmallChain) -> None:
    began = datetime(2020, 1, 31, 12, tzinfo=UTC)
    two_stores.alarm("door-open", began)
    with two_stores.reading() as session:
        for month in (date(2020, 1, 5), date(2020, 2, 5)):
            log = temperature_log(
                session, head_office(), NOW, LogAsked(fixture_id="s01-a", month=month)
            )
            assert [each.raised_at for each in log.deviations] == [began], month
            assert log.days[-1].day.month == month.month
    assert log.days[-1].day == date(2020, 2, 29)


def test_who_may_not_see_it_and_what_is_not_there_are_refused(two_stores: SmallChain) -> None:
    with two_stores.reading() as session:
        with pytest.raises(NotFound, match="no fixture 's09-a'"):
            temperature_log(session, head_office(), NOW, LogAsked(fixture_id="s09-a"))
        with pytest.raises((NotFound, NotYours)):
            temperature_log(session, viewer(LoginRole.STORE, "s02"), NOW, ASKED)
        with pytest.raises(Refused, match="2999-01 has not begun"):
            temperature_log(
                session, head_office(), NOW, LogAsked(fixture_id="s01-a", month=date(2999, 1, 1))
            )


def test_a_fixture_without_a_thermometer_has_no_log_to_offer(two_stores: SmallChain) -> None:
    read(two_stores, local(1), 3.0)
    with two_stores.reading() as session:
        chain = read_chain(session, TENANT)
        assert chain is not None
        first, second = chain.fixtures["s01-a"], chain.fixtures["s02-a"]
        assert has_log(session, head_office(), first)
        assert has_log(session, viewer(LoginRole.BRAND, OWN), first)
        assert not has_log(session, head_office(), second)


def test_a_brand_does_not_read_how_a_cooler_is_run_that_only_holds_its_goods(
    two_stores: SmallChain,
) -> None:
    read(two_stores, local(1), 3.0)
    guest = viewer(LoginRole.BRAND, OTHER)
    with two_stores.database.writing() as session:
        # Its goods are planned there: it sees the shelf.
        session.execute(sa.update(ProductRow).values(brand_id=OTHER))
    with two_stores.reading() as session:
        shelf = shelf_view(session, guest, NOW, "s01-a", ())
        assert (shelf.fixture_id, shelf.has_temperatures) == ("s01-a", False)
        with pytest.raises(NotYours, match="s01-a is another's cooler"):
            temperature_log(session, guest, NOW, ASKED)
