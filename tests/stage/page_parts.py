"""What the parts of a page are drawn from: a reader, a figure, a photo, a problem."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.devices.fleet_view import FleetRow
from cloud_hub.boards.problems.row import ProblemRow, Severity
from cloud_hub.core.text import Text
from cloud_hub.fleet.device_told import NOTHING_TOLD
from cloud_hub.fleet.link_status import Freshness, LinkState
from cloud_hub.insight.figure import Figure, Unit
from cloud_hub.reconciliation.sums import LinkTotals
from cloud_hub.review.accuracy import Recognition
from cloud_hub.tasks.view import TaskRow
from cloud_hub.web.photo import Box, BoxKind, Photo
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words
from device_profiles.names import Names
from device_profiles.store import LoginRole

NOW = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)


def a_reader(role: LoginRole = LoginRole.HEAD_OFFICE, language: str = "en") -> Reader:
    is_store, is_brand = role is LoginRole.STORE, role is LoginRole.BRAND
    viewer = Viewer(
        tenant_id="linguang",
        login_name="wang",
        role=role,
        store_ids=frozenset({"s01"}) if is_store else None,
        brand_id="spring" if is_brand else None,
        language=language,
    )
    return Reader(viewer=viewer, words=Words(language, ZoneInfo("Etc/GMT-8")), now=NOW)


def a_figure(**changes: object) -> Figure:
    values: dict[str, object] = {
        "metric": "footfall",
        "name": Text("Footfall"),
        "value": 120,
        "unit": Unit.PEOPLE,
        "currency": None,
        "coverage": 0.96,
        "as_of": NOW - timedelta(seconds=12),
        "previous": None,
        "change": None,
        "hours": (10, None, 20),
        "first_hour": 7,
        "provisional": True,
    }
    return Figure(**(values | changes))


def a_photo(**changes: object) -> Photo:
    box = Box(
        x1=100,
        y1=50,
        x2=140,
        y2=150,
        kind=BoxKind.GAP,
        label=Names(en="Water", zh="水"),
        score=None,
        slot_id="A-1-2",
    )
    values: dict[str, object] = {
        "sha256": "a" * 64,
        "url": "/api/v1/media/a",
        "taken_at": NOW - timedelta(minutes=4),
        "age_s": 240.0,
        "due_at": NOW + timedelta(minutes=10),
        "is_stale": False,
        "width_px": 600,
        "height_px": 400,
        "quality": "clear",
        "boxes": (box,),
    }
    return Photo(**(values | changes))


def a_problem(**changes: object) -> ProblemRow:
    values: dict[str, object] = {
        "key": "empty-slot/s01-a/A-1-2",
        "kind": "empty-slot",
        "severity": Severity.PROBLEM,
        "sentence": Names(en="Empty", zh="空"),
        "store_id": "s01",
        "store_name": Names(en="Jiangkou PhotoJourney", zh="江口路"),
        "fixture_id": "s01-a",
        "slot_id": "A-1-2",
        "device_id": "s01-cooler",
        "since": NOW - timedelta(hours=2),
        "since_text": Names(en="2 h", zh="2 小时"),
        "cost": None,
        "owner": LoginRole.STORE,
        "button": None,
        "task_id": None,
        "task_answered": False,
        "photo": None,
    }
    return ProblemRow(**(values | changes))


def a_freshness(state: LinkState = LinkState.ONLINE, **changes: object) -> Freshness:
    values: dict[str, object] = {
        "state": state,
        "heard_at": NOW - timedelta(seconds=5),
        "data_at": NOW - timedelta(seconds=12),
        "age_s": 12.0,
        "age_text": Names(en="12 s", zh="12 秒"),
        "waiting": 0,
    }
    return Freshness(**(values | changes))


def some_books(**changes: object) -> LinkTotals:
    values: dict[str, object] = {
        "produced": 100,
        "received": 90,
        "lost": 4,
        "waiting": 6,
        "balanced": True,
    }
    return LinkTotals(**(values | changes))


def a_recognition(**changes: object) -> Recognition:
    values: dict[str, object] = {
        "audited": 412,
        "right": 406,
        "accuracy": 406 / 412,
        "low": 0.968,
        "high": 0.993,
        "coverage": 0.93,
        "is_own": True,
        "judged_twice": 0,
        "agreement": None,
        "unsettled": 0,
    }
    return Recognition(**(values | changes))


def a_task(**changes: object) -> TaskRow:
    values: dict[str, object] = {
        "task_id": "t1",
        "finding": "empty-slot/s01-a/A-1-2",
        "store_id": "s01",
        "store_name": Names(en="<Gate>", zh="门"),
        "text": Names(en="Bring <12>", zh="补 12"),
        "opened_at": NOW - timedelta(hours=2),
        "age_text": Names(en="2 h", zh="2 小时"),
        "due_at": None,
        "overdue": False,
        "answered_at": None,
        "answer": None,
        "answered_by": None,
    }
    return TaskRow(**(values | changes))


def a_fleet_row() -> FleetRow:
    return FleetRow(
        device_id="s01-cooler",
        kind="cooler",
        name=Names(en="<Cooler>"),
        store_id="s01",
        store_name=Names(en="Gate"),
        simulated=False,
        agent_version=None,
        told=NOTHING_TOLD,
        certificate_until=None,
        freshness=a_freshness(),
        books=some_books(produced=1234, lost=0),
        resent=3,
        dead=0,
        temperature_c=None,
        open_alarms=(),
    )
