"""What was typed, read into a form's model or told in sentences."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, Field

from cloud_hub.web.actions import Invalid
from cloud_hub.web.forms.fields import FieldKind, Input
from cloud_hub.web.forms.reading import read_form
from cloud_hub.web.words import Words
from device_profiles.names import Names

EN, ZH = (Words(language, ZoneInfo("Etc/GMT-8")) for language in ("en", "zh"))


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


TYPED = {"order_id": "o1", "name": " Tea ", "units": "12", "price": "6.50", "day": "2026-11-30"}


def test_what_was_typed_becomes_the_model():
    order = read_form(Order, TYPED | {"at": "07:30", "urgent": "yes", "size": "large"}, EN)
    assert order == Order(
        order_id="o1",
        name="Tea",
        units=12,
        price=Decimal("6.50"),
        day=date(2026, 11, 30),
        at=time(7, 30),
        urgent=True,
        size=Size.LARGE,
    )


def test_what_was_left_empty_takes_its_default():
    order = read_form(Order, TYPED | {"at": "", "note": "  "}, EN)
    assert isinstance(order, Order)
    assert (order.at, order.note, order.urgent) == (None, "", False)


@pytest.mark.parametrize(
    ("field", "typed", "en", "zh"),
    [
        ("name", "", "Fill this in.", "请填写此项。"),
        ("name", "a name too long", "Write at most 10 characters.", "最多填写 10 个字符。"),
        ("units", "twelve", "Write a whole number: 12.", "请填写整数，如 12。"),
        ("units", "1.5", "Write a whole number: 12.", "请填写整数，如 12。"),
        ("units", "0", "Must be 1 or more.", "不得小于 1。"),
        ("units", "100", "Must be 99 or less.", "不得大于 99。"),
        ("units", "9" * 5000, "This number is too long.", "数字过长。"),
        ("price", "6,50", "Write a number: 6.50.", "请填写数字，如 6.50。"),
        ("price", "NaN", "Write a number: 6.50.", "请填写数字，如 6.50。"),
        ("price", "6.505", "At most 2 digits after the point.", "小数点后最多 2 位。"),
        ("day", "1764460800", "Write a date: 2026-11-30.", "请填写日期，如 2026-11-30。"),
        ("day", "2026-02-30", "Write a date: 2026-11-30.", "请填写日期，如 2026-11-30。"),
        ("at", "25:00", "Write a time: 07:30.", "请填写时间，如 07:30。"),
        ("size", "huge", "Choose one of the list.", "请从列表中选择。"),
        (
            "note",
            "a\0b",
            "There is a character in it that cannot be kept.",
            "其中有无法保存的字符。",
        ),
        (
            "note",
            "\ud800",
            "There is a character in it that cannot be kept.",
            "其中有无法保存的字符。",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_of_the_readers_language(field, typed, en, zh):
    for words, said in ((EN, en), (ZH, zh)):
        assert read_form(Order, TYPED | {field: typed}, words) == Invalid(errors={field: said})


def test_every_wrong_field_is_said_at_once():
    invalid = read_form(Order, {"day": "soon", "units": "many"}, EN)
    assert isinstance(invalid, Invalid)
    assert set(invalid.errors) == {"order_id", "name", "units", "price", "day"}


def test_a_box_is_ticked_when_it_was_sent_at_all():
    for sent, ticked in (({"urgent": "no"}, True), ({"urgent": ""}, False), ({}, False)):
        order = read_form(Order, TYPED | sent, EN)
        assert isinstance(order, Order)
        assert order.urgent is ticked


def test_spaces_around_a_password_count():
    order = read_form(Order, TYPED | {"secret": " open sesame "}, EN)
    assert isinstance(order, Order)
    assert order.secret == " open sesame "


def test_what_the_form_does_not_ask_for_is_left_alone():
    assert read_form(Order, TYPED | {"admin": "yes"}, EN) == read_form(Order, TYPED, EN)


class Goods(BaseModel):
    name: Annotated[Names, Input(label=lambda _: "Name", most_characters=10)]
    brand: Annotated[Names | None, Input(label=lambda _: "Brand")] = None


def test_a_name_is_what_was_filled_in():
    read = read_form(Goods, {"name-es": " Té ", "name-zh": "茶", "name-en": " "}, EN)
    assert read == Goods(name=Names(es="Té", zh="茶"))
    assert read_form(Goods, {"name-und": "Tea", "brand-en": "B"}, EN) == Goods(
        name=Names.same("Tea"), brand=Names(en="B")
    )


def test_a_name_in_no_language_and_one_too_long_are_said_at_their_fields():
    assert read_form(Goods, {}, EN) == Invalid(
        errors={"name-und": "Fill this in, in one language at least."}
    )
    invalid = read_form(Goods, {"name-en": "Tea", "name-es": "Té muy largo"}, EN)
    assert invalid == Invalid(errors={"name-es": "Write at most 10 characters."})
