"""What had arrived by a given time: the condition behind every figure asked `as_of`."""

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from cloud_hub.insight.window import Window
from cloud_hub.link.tables import StoredEvent


def arrived(
    window: Window,
    source_event: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
) -> list[sa.ColumnElement[bool]]:
    """SQL: the event that `source_event` names (`device/epoch/lane/seq`) had arrived by the
    window's `as_of`. Nothing to ask where that is None."""
    if window.as_of is None:
        return []
    text = sa.String()
    name = (
        StoredEvent.device_id
        + "/"
        + sa.cast(StoredEvent.epoch, text)
        + "/"
        + sa.cast(StoredEvent.lane, text)
        + "/"
        + sa.cast(StoredEvent.seq, text)
    )
    later = sa.select(name).where(
        StoredEvent.tenant_id == window.tenant_id,
        StoredEvent.store_id.in_(window.store_ids),
        StoredEvent.received_at > window.as_of,
    )
    return [source_event.not_in(later)]
