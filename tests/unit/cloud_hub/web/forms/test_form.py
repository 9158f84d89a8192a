"""A form, drawn: its values, what was typed, what is wrong."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.web.actions import Acting, Action, Attempt, Done
from cloud_hub.web.forms.fields import FieldKind, Input
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words
from device_profiles.names import Names
from device_profiles.store import LoginRole

EN = Words("en", ZoneInfo("Etc/GMT-8"))


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Order(BaseModel):
    order_id: str
    name: Annotated[str, Field(max_length=10), Input(label=lambda _: "Name")]
    units: Annotated[int, Field(ge=1, le=99), Input(label=lambda _: "Units")]
    price: Annotated[Decimal, Field(decimal_places=2), Input(label=lambda _: "Price")]
    day: Annotated[date, Input(label=lambda _: "Day")]
    at: Annotated[time | None, Input(label=lambda _: "At")] = None
    size: Annotated[
        Size,
        Input(label=lambda _: "Size", options=lambda _: {"small": "Small", "large": "Large"}),
    ] = Size.SMALL
    urgent: Annotated[bool, Input(label=lambda _: "Urgent")] = False
    note: Annotated[str, Input(label=lambda _: "Note", kind=FieldKind.TEXTAREA)] = ""
    secret: Annotated[str, Input(label=lambda _: "Secret", kind=FieldKind.PASSWORD)] = ""


def _do(_act: Acting, _form: Order) -> Done:
    return Done(message="")


ACTION = Action(name="order", form=Order, permission=Permission.ANSWER_TASKS, do=_do)


def reader(attempt: Attempt | None = None) -> Reader:
    viewer = Viewer(tenant_id="chain", login_name="wang", role=LoginRole.HEAD_OFFICE)
    now = datetime(2026, 11, 30, tzinfo=UTC)
    return Reader(viewer=viewer, words=EN, now=now, here="/orders", query="day=1", attempt=attempt)


def drawn(attempt: Attempt | None = None, **values: object) -> str:
    filling = Filling(values=values, about={"order_id": "o1"})
    return str(form(ACTION, filling, reader(attempt), "Send"))


def test_a_form_shows_its_values_and_where_it_goes():
    page = drawn(name="Tea <b>", units=12, price=Decimal("6.50"), at=time(7, 30), urgent=True)
    assert 'action="/console/act/order"' in page
    assert 'name="_at" value="/orders?day=1"' in page
    assert 'type="hidden" name="order_id" value="o1"' in page
    assert 'value="Tea &lt;b&gt;"' in page
    assert 'value="6.5"' in page
    assert 'value="07:30"' in page
    assert "checked" in page


def test_a_form_that_was_sent_shows_what_was_typed_with_the_error_beside_it():
    attempt = Attempt(
        form_id="order-o1",
        typed={"name": "Tea", "units": "many", "secret": "hidden"},
        errors={"units": "Write a whole number: 12."},
    )
    page = drawn(attempt, name="Water", units=5)
    assert 'value="many"' in page
    assert 'aria-describedby="order-o1-units-error"' in page
    assert 'id="order-o1-units-error" class="field-error">Write a whole number: 12.' in page
    assert page.count("autofocus") == 1
    assert "Water" not in page
    assert "hidden" not in page.replace('type="hidden"', "")


def test_the_attempt_of_another_form_is_not_shown_here():
    attempt = Attempt(form_id="order-o2", typed={"name": "Tea"}, errors={"name": "no"})
    assert 'value="Water"' in drawn(attempt, name="Water")


class Goods(BaseModel):
    name: Annotated[Names, Input(label=lambda _: "Name", most_characters=10)]
    brand: Annotated[Names | None, Input(label=lambda _: "Brand")] = None


GOODS = Action(
    name="goods",
    form=Goods,
    permission=Permission.ANSWER_TASKS,
    do=lambda _act, _form: Done(message=""),
)


def test_a_name_has_a_field_for_every_language_that_people_read_in():
    filling = Filling(values={"name": Names(en="Tea", zh="茶")}, about={})
    page = str(form(GOODS, filling, reader(), "Send"))
    for tag, text in (("und", ""), ("en", "Tea"), ("es", ""), ("zh", "茶")):
        assert f'value="{text}"' in page
        assert f'name="name-{tag}"' in page
    assert "Name (every language)" in page
    assert "Name (español)" in page
