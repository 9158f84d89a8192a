import asyncio
import threading
from datetime import UTC, datetime

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.change_feed import Changes
from cloud_hub.core.storage.database import open_database
from cloud_hub.web.live.shared_drawings import Perspective, SharedDrawings
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

    def __call__(self, _session: object, _eyes: Viewer) -> Markup:
        with self._lock:
            self.times += 1
        return Markup("drawn")


def viewer(name: str, role: LoginRole = LoginRole.HEAD_OFFICE) -> Viewer:
    return Viewer(tenant_id="linguang", login_name=name, role=role)


def perspective(eyes: Viewer, address: str, *, personal: bool = False) -> Perspective:
    return Perspective(viewer=eyes, address=address, personal=personal)


async def test_many_tabs_cost_one_drawing(drawings):
    painter = Painter()
    tabs = (drawings.drawn(perspective(viewer(f"login-{n}"), "/"), painter) for n in range(20))
    assert {drawing.markup for drawing in await asyncio.gather(*tabs)} == {"drawn"}
    assert painter.times == 1


async def test_other_rights_or_another_page_are_drawn_apart(drawings):
    painter = Painter()
    await drawings.drawn(perspective(viewer("wang"), "/fleet"), painter)
    await drawings.drawn(perspective(viewer("wang", LoginRole.IT), "/fleet"), painter)
    await drawings.drawn(perspective(viewer("wang"), "/tasks"), painter)
    assert painter.times == 3


async def test_what_depends_on_the_person_is_drawn_for_the_person(drawings):
    def greet(_session: object, eyes: Viewer) -> Markup:
        return Markup("hello {}").format(eyes.login_name)

    for name in ("wang", "li"):
        drawing = await drawings.drawn(perspective(viewer(name), "/review", personal=True), greet)
        assert drawing.markup == f"hello {name}"


async def test_a_shared_drawing_is_not_even_told_who_looks(drawings):
    def greet(_session: object, eyes: Viewer) -> Markup:
        return Markup("hello {}").format(eyes.login_name)

    drawing = await drawings.drawn(perspective(viewer("wang"), "/fleet"), greet)
    assert drawing.markup == "hello "


async def test_what_somebody_changed_is_drawn_at_once(drawings):
    painter = Painter()
    await drawings.drawn(perspective(viewer("wang"), "/tasks"), painter)
    drawings.forget()
    await drawings.drawn(perspective(viewer("wang"), "/tasks"), painter)
    assert painter.times == 2


async def test_a_drawing_that_fails_is_tried_again(drawings):
    def fail(_session: object, _eyes: Viewer) -> Markup:
        raise LookupError("no such shelf")

    with pytest.raises(LookupError):
        await drawings.drawn(perspective(viewer("wang"), "/shelf/x"), fail)
    drawing = await drawings.drawn(perspective(viewer("wang"), "/shelf/x"), Painter())
    assert drawing.markup == "drawn"


async def test_a_drawing_knows_which_facts_it_has_not_seen(drawings, changes):
    def draw_while_facts_arrive(_session: object, _eyes: Viewer) -> Markup:
        changes.version += 1
        return Markup("drawn")

    drawing = await drawings.drawn(perspective(viewer("wang"), "/"), draw_while_facts_arrive)
    assert drawing.version < changes.version


async def test_the_number_of_kept_drawings_is_bounded(drawings):
    painter = Painter()
    for number in range(300):
        await drawings.drawn(perspective(viewer("wang"), f"/store/{number}"), painter)
    assert len(drawings._kept) <= 256
