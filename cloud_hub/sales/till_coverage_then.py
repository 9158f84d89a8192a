"""Of which time a store's tills were known at an earlier time, by what had arrived until then."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.link.tables import DeviceConnection, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import DeviceKind
from sync.events import Lane


class TillsThen:
    """The tills of some stores as the hub knew them at `as_of`."""

    def __init__(
        self, session: Session, tenant_id: str, store_ids: frozenset[str], as_of: datetime
    ) -> None:
        self._session, self._tenant_id, self._as_of = session, tenant_id, as_of
        rows = session.execute(
            sa.select(DeviceRow.device_id, DeviceRow.store_id, DeviceRow.first_connected_at).where(
                DeviceRow.tenant_id == tenant_id,
                DeviceRow.kind == DeviceKind.TILL,
                DeviceRow.store_id.in_(store_ids),
            )
        )
        self._tills = [(device_id, store_id, first) for device_id, store_id, first in rows]
        self._ids = [device_id for device_id, _, _ in self._tills]

    def known(self, first_days: Mapping[str, datetime]) -> dict[str, tuple[datetime, datetime]]:
        """From when until when every till of each store was known; `first_days` say when the
        business day of each store's first receipt began. A store that had said nothing yet, and a
        till that had not, are left out."""
        words, linked, owing = self._words(), self._linked(), self._owing()
        found: dict[str, tuple[datetime, datetime]] = {}
        for device_id, store_id, first_connected_at in self._tills:
            had_come = first_connected_at is not None and first_connected_at <= self._as_of
            begins = [first_days[store_id]] if store_id in first_days else []
            if not (device_id in words or (had_come and begins)):
                continue
            if first_connected_at is not None and had_come:
                begins.append(first_connected_at)
            if not begins:
                continue
            is_whole = device_id in linked and device_id not in owing
            until = self._as_of if is_whole else words.get(device_id, min(begins))
            since, least = found.get(store_id, (min(begins), until))
            found[store_id] = min(since, *begins), min(least, until)
        return found

    def _words(self) -> dict[str, datetime]:
        """When each till recorded the newest event that was here."""
        recorded = sa.case(
            (StoredEvent.recorded_at > StoredEvent.received_at, StoredEvent.received_at),
            else_=StoredEvent.recorded_at,
        )
        rows = self._session.execute(
            sa.select(StoredEvent.device_id, sa.func.max(recorded))
            .where(
                StoredEvent.tenant_id == self._tenant_id,
                StoredEvent.device_id.in_(self._ids),
                StoredEvent.received_at <= self._as_of,
            )
            .group_by(StoredEvent.device_id)
        )
        found: dict[str, datetime] = {}
        for device_id, at in rows:
            found[device_id] = at
        return found

    def _linked(self) -> set[str]:
        """The tills that were linked then."""
        lasted = sa.or_(
            DeviceConnection.ended_at.is_(None), DeviceConnection.ended_at > self._as_of
        )
        return set(
            self._session.scalars(
                sa.select(DeviceConnection.device_id).where(
                    DeviceConnection.tenant_id == self._tenant_id,
                    DeviceConnection.device_id.in_(self._ids),
                    DeviceConnection.started_at <= self._as_of,
                    lasted,
                )
            )
        )

    def _owing(self) -> set[str]:
        """The tills that had recorded sales which were still on their way."""
        return set(
            self._session.scalars(
                sa.select(StoredEvent.device_id)
                .where(
                    StoredEvent.tenant_id == self._tenant_id,
                    StoredEvent.device_id.in_(self._ids),
                    StoredEvent.lane == Lane.SALE,
                    StoredEvent.recorded_at <= self._as_of,
                    StoredEvent.received_at > self._as_of,
                )
                .distinct()
            )
        )
