"""What a chain's file says that does not fit what was loaded before it."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.master_data import place_tables as place
from device_profiles.store import ChainProfile


def clashes(session: Session, chain: ChainProfile) -> Iterator[str]:
    """One line each: a plan or a fixture that is another's already."""
    yield from _plans(session, chain)
    yield from _fixtures(session, chain)


def _plans(session: Session, chain: ChainProfile) -> Iterator[str]:
    table = place.PlanogramRow
    query = sa.select(table.planogram_id, table.fixture_id).where(
        table.tenant_id == chain.tenant_id
    )
    known = {row.planogram_id: row.fixture_id for row in session.execute(query)}
    for plan in chain.planograms:
        fixture_id = known.get(plan.planogram_id, plan.fixture_id)
        if fixture_id != plan.fixture_id:
            yield (
                f"planogram {plan.planogram_id!r} is of fixture {fixture_id!r} already; give that"
                f" of fixture {plan.fixture_id!r} an id of its own"
            )


def _fixtures(session: Session, chain: ChainProfile) -> Iterator[str]:
    table = place.FixtureRow
    query = sa.select(table.fixture_id, table.store_id).where(table.tenant_id == chain.tenant_id)
    known = {row.fixture_id: row.store_id for row in session.execute(query)}
    named = {store.store_id for store in chain.stores}
    for store in chain.stores:
        for fixture in store.fixtures:
            other = known.get(fixture.fixture_id, store.store_id)
            # A file that tells both stores moves it.
            if other != store.store_id and other not in named:
                yield f"fixture {fixture.fixture_id!r} is of store {other!r} already"
