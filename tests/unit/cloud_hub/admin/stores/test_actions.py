"""A store edited by hand: the importer's checks, the audit log, who may."""

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.stores.actions import ACTION, StoreForm, values_of
from cloud_hub.admin.stores.view import store_view
from cloud_hub.app import build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.master_data.editing import read_store
from cloud_hub.master_data.place_tables import StoreRow
from cloud_hub.web.actions import Acting, Declined, Done, Invalid
from cloud_hub.web.forms.reading import read_form
from cloud_hub.web.words import UTC, Words
from device_profiles.names import Names
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, OWN, TENANT, SmallChain, viewer

EN = Words("en", UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    hub: Hub = build_hub(HubSettings(data_dir=tmp_path), clock=ManualClock(NOW)).state.hub
    SmallChain(hub.database).master_data(stores=2)
    yield hub
    hub.database.close()


def typed(session: Session, who: Viewer, **changes: str) -> dict[str, str]:
    """The form of the first store as a browser sends it, with these fields changed."""
    view = store_view(session, who, "s01")
    values = values_of(view.store, EN) | {"store_id": "s01", "state": view.state}
    names = {
        f"{field}-{tag}": text
        for field in ("name", "region")
        for tag, text in getattr(view.store, field).items()
    }
    return {name: str(value) for name, value in values.items()} | names | changes


def edit(hub: Hub, who: Viewer, **changes: str) -> Done | Invalid | Declined:
    with hub.database.writing() as session:
        form = read_form(StoreForm, typed(session, who, **changes), EN)
        if isinstance(form, Invalid):
            return form
        acting = Acting(session=session, viewer=who, now=NOW, hub=hub, words=EN)
        return ACTION.do(acting, form)


def test_an_edit_is_written_and_logged_with_before_and_after(hub: Hub) -> None:
    office = viewer(LoginRole.HEAD_OFFICE)
    assert edit(hub, office, **{"name-en": "North Gate", "hours": "Mon-Sun 7:00-22:30"}) == Done(
        message="Saved."
    )
    with hub.sessions() as session:
        store = read_store(session, TENANT, "s01")
        (entry,) = session.scalars(sa.select(AuditEntry))
    assert (store.name["en"], store.opening_hours.on(date(2026, 3, 4))) == (
        "North Gate",
        ((time(7), time(22, 30)),),
    )
    assert (entry.action, entry.subject, entry.actor) == ("store-edited", "s01", office.login_name)
    assert entry.detail["before"]["name"]["en"] == "Store 01"
    assert entry.detail["after"]["name"]["en"] == "North Gate"
    assert set(entry.detail["after"]) == {"name", "opening_hours"}


def test_a_store_is_named_in_another_language_and_keeps_those_the_form_does_not_show(
    hub: Hub,
) -> None:
    with hub.database.writing() as session:
        store = session.get_one(StoreRow, (TENANT, "s01"))
        store.name = Names(en="North Gate", fr="Porte du Nord")
    texts = {"name-es": "Puerta Norte", "name-zh": "北门", "name-en": ""}
    assert edit(hub, viewer(LoginRole.IT), **texts) == Done(message="Saved.")
    with hub.sessions() as session:
        name = read_store(session, TENANT, "s01").name
    assert name == {"es": "Puerta Norte", "fr": "Porte du Nord", "zh": "北门"}


def test_an_edit_that_changes_nothing_is_not_logged(hub: Hub) -> None:
    assert edit(hub, viewer(LoginRole.IT)) == Done(message="Nothing was changed.")
    with hub.sessions() as session:
        assert session.scalars(sa.select(AuditEntry)).all() == []


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("time_zone", "Mars/Olympus", "This time zone is not known"),
        ("gln", "123", "A GLN has 13 digits."),
        ("exceptions", "2026-12-25 maybe", "Not understood: “2026-12-25 maybe”"),
        ("exceptions", "2026-12-25 closed\n2026-12-25 closed", "2026-12-25 is there twice."),
        ("selling_area_m2", "0", "Must be more than 0."),
    ],
)
def test_the_importers_checks_hold(hub: Hub, field: str, text: str, said: str) -> None:
    answer = edit(hub, viewer(LoginRole.HEAD_OFFICE), **{field: text})
    assert isinstance(answer, Invalid)
    assert said in answer.errors[field]
    assert set(answer.errors) == {field}


def test_who_has_seen_an_older_store_is_refused(hub: Hub) -> None:
    office = viewer(LoginRole.HEAD_OFFICE)
    with hub.sessions() as session:
        seen = store_view(session, office, "s01").state
    edit(hub, office, **{"name-en": "North Gate"})
    answer = edit(hub, office, **{"name-en": "South Gate", "state": seen})
    assert isinstance(answer, Declined)


@pytest.mark.parametrize(
    "text", ["moon 7:00-9:00", "7:00-9:00", "mon 7-9", "mon 7:00-9:00 x", "mon 25:00-26:00", "mon"]
)
def test_a_week_that_cannot_be_meant_is_named(hub: Hub, text: str) -> None:
    answer = edit(hub, viewer(LoginRole.IT), hours=text)
    assert isinstance(answer, Invalid)
    assert f"Not understood: “{text}”" in answer.errors["hours"]


def test_spans_that_overlap_are_refused_beside_the_hours(hub: Hub) -> None:
    answer = edit(hub, viewer(LoginRole.IT), hours="mon 07:00-12:00, 11:00-15:00")
    assert isinstance(answer, Invalid)
    assert set(answer.errors) == {"hours"}


def test_only_head_office_and_it_edit() -> None:
    bound = {LoginRole.STORE: "s01", LoginRole.BRAND: OWN}
    viewers = [viewer(role, *filter(None, [bound.get(role)])) for role in LoginRole]
    may = {who.role for who in viewers if who.may(Permission.EDIT_MASTER_DATA)}
    assert may == {LoginRole.HEAD_OFFICE, LoginRole.IT}
