"""Names and sentences come back from the database as they went in, and compare there."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.bulk_insert import insert_or_replace
from cloud_hub.core.storage.database import Database
from cloud_hub.core.text import Amount, Day, Text, in_context
from cloud_hub.master_data.goods_tables import BrandRow, ProductRow
from cloud_hub.tasks.tables import Task
from device_profiles.names import Names

SENTENCES = [
    Text("Bring {n} × {product} from the back room to {slot}").filled(
        n=6, product=Names(en="Tea", zh="茶"), slot="A-1-1"
    ),
    Text("; about {n} basket lost", "; about {n} baskets lost").filled(
        n=Amount(Decimal("1204"), 0)
    ),
    Text("{store}: {day} {what}").filled(
        store=Names.same("s01"),
        day=Day(date(2026, 11, 20), "d MMM"),
        what=in_context("button", "Seen"),
    ),
    Names(en="Bring 6", zh="补货 6 件"),
]


@pytest.mark.parametrize("said", SENTENCES)
def test_a_sentence_is_kept_with_what_fills_it(database: Database, said: Text | Names) -> None:
    with database.writing() as session:
        session.add(
            Task(
                tenant_id="chain",
                task_id="t1",
                store_id="s01",
                finding="f",
                text=said,
                opened_at=datetime(2026, 11, 20, tzinfo=UTC),
            )
        )
    with database.sessions() as session:
        task = session.get(Task, ("chain", "t1"))
        assert task is not None
        assert task.text == said
        assert session.scalars(sa.select(Task.task_id).where(Task.text == said)).all() == ["t1"]


def test_names_are_told_apart_by_what_they_say_and_not_by_how_they_were_written(
    database: Database,
) -> None:
    tea = {"zh": "茶", "en": "Tea"}
    with database.writing() as session:
        session.add(BrandRow(tenant_id="chain", brand_id="b1", name=Names(tea)))
        rows = [
            {"tenant_id": "chain", "brand_id": f"b{n}", "joined": 0, "name": Names(tea)}
            for n in range(2, 40)
        ]
        insert_or_replace(session, BrandRow, rows)
        insert_or_replace(session, BrandRow, [rows[0] | {"joined": 0, "name": Names.same("Other")}])
    with database.sessions() as session:
        counted = session.execute(
            sa.select(BrandRow.name, sa.func.count())
            .where(BrandRow.tenant_id == "chain")
            .group_by(BrandRow.name)
        )
        assert dict(tuple(row) for row in counted) == {Names(tea): 38, Names.same("Other"): 1}


def test_an_imported_chains_names_are_read_back(database: Database) -> None:
    with database.sessions() as session:
        names = session.scalars(sa.select(ProductRow.name)).all()
    assert all(isinstance(name, Names) for name in names)
