import asyncio
import threading
from datetime import UTC, datetime

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.change_feed import Changes
from cloud_hub.core.storage.database import open_database
from cloud_hub.web.live.shared_drawings import SharedDrawings
from cloud_hub.web.markup import Markup
from device_profiles.store import LoginRole

NOW = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)


@pytest.fixture
def changes():
    return Changes()


@pytest.fixture
def drawings(tmp_path, changes):
    database = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    yield SharedDrawings(database.sessions, changes)
    database.close()


class Painter:
    """Counts how often it had to draw."""

    def __init__(self) -> None:
        self.times = 0
        self._lock = threading.Lock()

    def __call__(self, _session: object) -> Markup:
        with self._lock:
            self.times += 1
        return Markup("drawn")


def viewer(name: str, role: LoginRole = LoginRole.HEAD_OFFICE) -> Viewer:
    return Viewer(tenant_id="linguang", login_name=name, role=role)


async def test_many_tabs_cost_one_drawing(drawings):
    painter = Painter()
    tabs = (drawings.drawn(viewer(f"login-{n}"), "/", painter) for n in range(20))
    assert {drawing.markup for drawing in await asyncio.gather(*tabs)} == {"drawn"}
    assert painter.times == 1


async def test_other_rights_or_another_page_are_drawn_apart(drawings):
    painter = Painter()
    await drawings.drawn(viewer("wang"), "/fleet", painter)
    await drawings.drawn(viewer("wang", LoginRole.IT), "/fleet", painter)
    await drawings.drawn(viewer("wang"), "/tasks", painter)
    assert painter.times == 3


async def test_what_somebody_changed_is_drawn_at_once(drawings):
    painter = Painter()
    await drawings.drawn(viewer("wang"), "/tasks", painter)
    drawings.forget()
    await drawings.drawn(viewer("wang"), "/tasks", painter)
    assert painter.times == 2


async def test_a_drawing_that_fails_is_tried_again(drawings):
    def fail(_session: object) -> Markup:
        raise LookupError("no such shelf")

    with pytest.raises(LookupError):
        await drawings.drawn(viewer("wang"), "/shelf/x", fail)
    drawing = await drawings.drawn(viewer("wang"), "/shelf/x", Painter())
    assert drawing.markup == "drawn"


async def test_a_drawing_knows_which_facts_it_has_not_seen(drawings, changes):
    def draw_while_facts_arrive(_session: object) -> Markup:
        changes.version += 1
        return Markup("drawn")

    drawing = await drawings.drawn(viewer("wang"), "/", draw_while_facts_arrive)
    assert drawing.version < changes.version


async def test_the_number_of_kept_drawings_is_bounded(drawings):
    painter = Painter()
    for number in range(300):
        await drawings.drawn(viewer("wang"), f"/store/{number}", painter)
    assert len(drawings._kept) <= 256
