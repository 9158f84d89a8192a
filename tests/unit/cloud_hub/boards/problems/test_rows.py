"""Findings as rows: with the task that answers them, and only for those who may read them."""

from datetime import timedelta

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.problems.row import ProblemRow, Severity
from cloud_hub.boards.problems.rows import informing, needing, problems_for
from cloud_hub.core.errors import NotFound
from cloud_hub.register import SEARCHES
from cloud_hub.tasks.tables import Task
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OWN,
    PLAN,
    RIVAL,
    TENANT,
    SmallChain,
    head_office,
    local,
    viewer,
)
from tests.stage.page_parts import a_problem


@pytest.fixture
def chain(two_stores: SmallChain) -> SmallChain:
    """Cola stands in the back room of s01 and not on its shelf."""
    two_stores.stock(COLA, "24", "back-room", at=local(8))
    for hour in (13, 14):
        seen = {slot: gtin for slot, gtin in PLAN.items() if slot != "A-2-1"}
        two_stores.photo(local(hour), seen=seen)
    return two_stores


def rows(chain: SmallChain, who: Viewer | None = None) -> tuple[ProblemRow, ...]:
    with chain.reading() as session:
        return problems_for(session, who or head_office(), NOW, SEARCHES)


def ask(chain: SmallChain, finding: str, hour: int, answer: str | None = None) -> None:
    chain.add(
        Task(
            tenant_id=TENANT,
            task_id=f"task-{hour}",
            store_id="s01",
            finding=finding,
            text=Names(en="Bring 12"),
            opened_at=local(hour),
            due_at=None,
            answered_at=None if answer is None else NOW,
            answer=answer,
            answered_by=None if answer is None else "wang",
        )
    )


def test_a_finding_becomes_a_row_with_its_place_its_time_and_its_picture(
    chain: SmallChain,
) -> None:
    (row,) = rows(chain)
    assert (row.kind, row.store_id, row.fixture_id, row.slot_id) == (
        "empty-slot",
        "s01",
        "s01-a",
        "A-2-1",
    )
    assert row.store_name is not None
    assert row.store_name.text("en") == "Store 01"
    assert (row.since, row.since_text.text("en")) == (local(13), "1 h 32 min")
    assert row.photo is not None
    assert [box.slot_id for box in row.photo.boxes] == ["A-2-1"]


def test_without_a_task_there_is_nothing_to_press(chain: SmallChain) -> None:
    (row,) = rows(chain)
    assert (row.button, row.task_id, row.task_answered) == (None, None, False)


def test_an_open_task_can_be_answered_and_an_answered_one_not_again(chain: SmallChain) -> None:
    (row,) = rows(chain)
    ask(chain, row.key, 13)
    (row,) = rows(chain)
    assert row.button is not None
    assert (row.task_id, row.task_answered) == ("task-13", False)
    ask(chain, row.key, 14, "done")
    (row,) = rows(chain)
    assert (row.button, row.task_id, row.task_answered) == (None, "task-14", True)


def test_the_task_of_another_finding_is_not_taken_for_this_one(chain: SmallChain) -> None:
    ask(chain, "empty-slot/elsewhere", 13)
    (row,) = rows(chain)
    assert row.task_id is None


def test_others_stores_and_the_retailers_findings_are_not_told(chain: SmallChain) -> None:
    assert len(rows(chain, viewer(LoginRole.STORE, "s01"))) == 1
    assert rows(chain, viewer(LoginRole.STORE, "s02")) == ()
    assert rows(chain, viewer(LoginRole.BRAND, OWN)) == ()


def test_a_brand_is_told_of_a_rival_in_its_own_cooler(two_stores: SmallChain) -> None:
    for hour in (13, 14):
        two_stores.photo(local(hour), seen={**PLAN, "A-1-1": RIVAL})
    assert [row.kind for row in rows(two_stores, viewer(LoginRole.BRAND, OWN))] == ["purity"]


def test_a_hub_without_that_chain_says_so(chain: SmallChain) -> None:
    with pytest.raises(NotFound, match="load its master data"):
        rows(chain, viewer(LoginRole.IT, tenant_id="nobody"))


def test_what_needs_somebody_and_what_is_told_are_kept_apart_in_their_order() -> None:
    severities = (Severity.PROBLEM, Severity.INFORMATION, Severity.ALARM)
    mixed = [a_problem(severity=one, since=NOW - timedelta(hours=1)) for one in severities]
    assert [row.severity for row in needing(mixed)] == [Severity.PROBLEM, Severity.ALARM]
    assert [row.severity for row in informing(mixed)] == [Severity.INFORMATION]
    assert needing([]) == informing([]) == ()
