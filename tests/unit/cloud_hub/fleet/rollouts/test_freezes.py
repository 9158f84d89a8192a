"""Days on which nothing new is asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.errors import Refused
from cloud_hub.fleet.rollouts.freezes import (
    NewFreeze,
    freezes,
    frozen,
    lift_freeze,
    require_unfrozen,
    set_freeze,
)
from tests.stage.rollouts.tills import NOW, TENANT, Tills

FIRST, LAST = date(2026, 12, 20), date(2026, 12, 27)
NEW = NewFreeze(first_day=FIRST, last_day=LAST, reason=" Christmas ", by="anna")


def test_a_freeze_holds_on_its_days_by_the_chains_calendar(tills: Tills) -> None:
    with tills.database.writing() as session:
        freeze_id = set_freeze(session, TENANT, NEW, NOW).freeze_id
    # The stores' clock is eight hours ahead.
    begins, ends = datetime(2026, 12, 19, 16, tzinfo=UTC), datetime(2026, 12, 27, 16, tzinfo=UTC)
    second = timedelta(seconds=1)
    with tills.database.sessions() as session:
        for moment in (begins - second, ends):
            assert frozen(session, TENANT, moment) is None
            require_unfrozen(session, TENANT, moment)
        for moment in (begins, ends - second):
            with pytest.raises(Refused, match="until the end of 2026-12-27: Christmas") as refused:
                require_unfrozen(session, TENANT, moment)
            assert "\n" not in str(refused.value)
        assert [one.freeze_id for one in freezes(session, TENANT, NOW)] == [freeze_id]
        assert freezes(session, TENANT, ends) == []
    with tills.database.writing() as session:
        lift_freeze(session, TENANT, freeze_id, "ben", begins)
    with tills.database.sessions() as session:
        require_unfrozen(session, TENANT, begins)
        acts = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry)).all()
        assert [(one.actor, one.action) for one in acts[-2:]] == [
            ("anna", "freeze-set"),
            ("ben", "freeze-lifted"),
        ]


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewFreeze(first_day=LAST, last_day=FIRST, reason="x", by="a"), "is before"),
        (NewFreeze(first_day=FIRST, last_day=LAST, reason="  ", by="a"), "say why"),
        (
            NewFreeze(first_day=FIRST, last_day=FIRST.replace(year=2028), reason="x", by="a"),
            "366 days at most",
        ),
        (
            NewFreeze(first_day=date(2026, 11, 1), last_day=date(2026, 11, 21), reason="x", by="a"),
            "over already",
        ),
    ],
)
def test_days_that_make_no_sense_are_refused(quick_tills: Tills, new: NewFreeze, why: str) -> None:
    with quick_tills.database.writing() as session, pytest.raises(Refused, match=why):
        set_freeze(session, TENANT, new, NOW)


def test_an_unknown_freeze_is_not_lifted(quick_tills: Tills) -> None:
    with quick_tills.database.writing() as session, pytest.raises(Refused, match="no freeze"):
        lift_freeze(session, TENANT, "none", "anna", NOW)


def test_of_two_the_one_that_ends_last_is_told(quick_tills: Tills) -> None:
    longer = NewFreeze(
        first_day=FIRST, last_day=LAST + timedelta(days=3), reason="stock-taking", by="anna"
    )
    with quick_tills.database.writing() as session:
        for new in (longer, NEW):
            set_freeze(session, TENANT, new, NOW)
        held = frozen(session, TENANT, datetime(2026, 12, 24, tzinfo=UTC))
        assert held is not None
        assert held.reason == "stock-taking"
