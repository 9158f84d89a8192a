"""Reads what was typed into a form's model, or says by field what is wrong."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from pydantic import ValidationError

from cloud_hub.web.actions import FormT, Invalid
from cloud_hub.web.forms.fields import FieldKind, FormField, fields_of
from cloud_hub.web.forms.sentences import sentence
from cloud_hub.web.words import Words


def read_form(form: type[FormT], typed: Mapping[str, str], words: Words) -> FormT | Invalid:
    """The form as its model. What was left empty counts as not filled in; spaces around a text do
    not count; a box is ticked when it was sent at all; a name has the languages that were filled
    in, one at least where the model asks for it."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    first: dict[str, str] = {}
    for field in fields_of(form):
        if field.part_of:
            first.setdefault(field.part_of, field.name)
        try:
            value = _value(field, typed.get(field.name, ""), words)
        except ValueError as error:
            errors[field.name] = str(error)
            continue
        if field.language is None:
            values |= value
        elif value:
            values.setdefault(field.part_of, {})[field.language] = value[field.name]
    try:
        read = form.model_validate(values)
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else ""
            if name in first and one["type"] == "missing":
                errors.setdefault(first[name], words("Fill this in, in one language at least."))
            else:
                errors.setdefault(first.get(name, name), sentence(one, words))
    else:
        if not errors:
            return read
    return Invalid(errors=errors)


def _value(field: FormField, text: str, words: Words) -> dict[str, Any]:
    """The field's value for pydantic, none where nothing was filled in. Raises ValueError with a
    sentence for people."""
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(words("There is a character in it that cannot be kept."))
    if field.kind is FieldKind.CHECKBOX:
        return {field.name: bool(text)}
    text = text if field.kind is FieldKind.PASSWORD else text.strip()
    if not text:
        return {}
    if field.language is not None and len(text) > (field.most_characters or len(text)):
        most = field.most_characters
        raise ValueError(words("Write at most {count} characters.", count=most))
    # Pydantic would take a bare number for seconds since 1970.
    if field.kind is FieldKind.DATE:
        return {field.name: _or_say(date.fromisoformat, text, words("Write a date: 2026-11-30."))}
    if field.kind is FieldKind.TIME:
        return {field.name: _or_say(time.fromisoformat, text, words("Write a time: 07:30."))}
    return {field.name: text}


def _or_say(parse: Callable[[str], object], text: str, said: str) -> object:
    try:
        return parse(text)
    except ValueError:
        raise ValueError(said) from None
