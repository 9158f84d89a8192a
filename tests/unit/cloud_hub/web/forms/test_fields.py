"""What a form's fields are, told by its model."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from cloud_hub.web.forms.fields import FieldKind, FormField, Input, fields_of, name_languages
from cloud_hub.web.words import UTC, Words
from device_profiles.names import EVERY_LANGUAGE, Names

EN, ZH = Words("en", UTC), Words("zh", UTC)
ASKED = Input(label=lambda _: "Label")


class Size(StrEnum):
    SMALL = "small"


class Form(BaseModel):
    hidden: str
    text: Annotated[str, Field(max_length=10), ASKED]
    number: Annotated[int, Field(ge=1, le=99), ASKED]
    decimal: Annotated[Decimal, Field(gt=0), ASKED]
    share: Annotated[float, ASKED] = 0.0
    day: Annotated[date | None, ASKED] = None
    at: Annotated[time | None, ASKED] = None
    ticked: Annotated[bool, ASKED] = False
    size: Annotated[Size, Input(label=lambda _: "Size", options=lambda _: {"small": "S"})]
    note: Annotated[str, Input(label=lambda _: "Note", kind=FieldKind.TEXTAREA)] = ""


def field(name: str) -> FormField:
    return next(one for one in fields_of(Form) if one.name == name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hidden", FieldKind.HIDDEN),
        ("text", FieldKind.TEXT),
        ("number", FieldKind.NUMBER),
        ("decimal", FieldKind.DECIMAL),
        ("share", FieldKind.DECIMAL),
        ("day", FieldKind.DATE),
        ("at", FieldKind.TIME),
        ("ticked", FieldKind.CHECKBOX),
        ("size", FieldKind.SELECT),
        ("note", FieldKind.TEXTAREA),
    ],
)
def test_a_field_is_filled_in_as_its_annotation_says(name: str, kind: FieldKind) -> None:
    assert field(name).kind is kind


def test_fields_stand_in_the_models_order() -> None:
    assert [one.name for one in fields_of(Form)] == list(Form.model_fields)


def test_bounds_are_those_of_the_annotation() -> None:
    assert (field("number").least, field("number").most) == (1, 99)
    assert field("text").most_characters == 10
    assert (field("note").least, field("note").most, field("note").most_characters) == (
        None,
        None,
        None,
    )


def test_a_field_without_a_default_must_be_filled_in() -> None:
    assert field("text").is_required
    assert not field("day").is_required


class Named(BaseModel):
    name: Annotated[Names, Input(label=lambda words: words("Name"), most_characters=80)]
    other: Annotated[Names | None, ASKED] = None
    kept: Names


def test_a_name_is_one_field_a_language() -> None:
    fields = [one for one in fields_of(Named) if one.part_of == "name"]
    assert [one.name for one in fields] == [f"name-{tag}" for tag in name_languages()]
    assert [one.language for one in fields] == list(name_languages())
    assert {one.most_characters for one in fields} == {80}
    assert not any(one.is_required for one in fields), "one language is enough"
    assert len([one for one in fields_of(Named) if one.part_of == "other"]) == len(fields)


def test_a_name_that_nobody_is_asked_for_is_hidden_and_whole() -> None:
    (kept,) = (one for one in fields_of(Named) if one.name == "kept")
    assert (kept.kind, kept.language) == (FieldKind.HIDDEN, None)


def test_a_language_is_called_in_its_own_words_and_the_label_in_the_readers() -> None:
    labels = {
        one.language: one.asked.label
        for one in fields_of(Named)
        if one.part_of == "name" and one.asked is not None
    }
    assert labels["es"](EN) == "Name (español)"
    assert labels[EVERY_LANGUAGE](EN) == "Name (every language)"
    assert "español" in labels["es"](ZH)
    assert "Name" not in labels["es"](ZH)
