"""What a form's fields are, read from the annotations of its pydantic model. A name is one field a
language."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cloud_hub.core.catalogues import language_name, languages
from cloud_hub.web.words import Words
from device_profiles.names import EVERY_LANGUAGE, Names

Said = Callable[[Words], str]
"""A sentence in whatever language is asked for: `lambda words: words("Name in English")`."""


class FieldKind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    SELECT = "select"
    CHECKBOX = "checkbox"
    TEXTAREA = "textarea"
    PASSWORD = "password"  # noqa: S105 - a kind of field
    HIDDEN = "hidden"


BY_TYPE: Final[Mapping[type, FieldKind]] = {
    bool: FieldKind.CHECKBOX,
    int: FieldKind.NUMBER,
    float: FieldKind.DECIMAL,
    Decimal: FieldKind.DECIMAL,
    date: FieldKind.DATE,
    time: FieldKind.TIME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """How a field is asked for; put it into the field's `Annotated`. Without one a field is hidden.

    `kind` is told by the annotation where it is left out. `options` names the values of a list that
    is always the same; a list that depends on the facts is handed in when the form is drawn.
    `most_characters` bounds each text of a name.
    """

    label: Said
    hint: Said | None = None
    kind: FieldKind | None = None
    options: Callable[[Words], Mapping[str, str]] | None = None
    most_characters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field as a form draws and reads it. Bounds are those of the annotation. Of a name,
    `language` is the tag of the text that is written here, and `part_of` the model's field."""

    name: str
    kind: FieldKind
    asked: Input | None
    is_required: bool
    least: Any = None
    most: Any = None
    most_characters: int | None = None
    language: str | None = None
    part_of: str = ""


def fields_of(form: type[BaseModel]) -> tuple[FormField, ...]:
    """The fields in their order."""
    return tuple(one for name, info in form.model_fields.items() for one in _rows(name, info))


def name_languages() -> tuple[str, ...]:
    """In what a form asks for a name: the same for every language, and each that people read in."""
    return (EVERY_LANGUAGE, *languages())


def _rows(name: str, info: FieldInfo) -> Iterator[FormField]:
    one = _field(name, info)
    if one.asked is None or _bare(info.annotation) is not Names:
        yield one
        return
    for tag in name_languages():
        yield replace(
            one,
            name=f"{name}-{tag}",
            asked=replace(one.asked, label=_in_language(one.asked.label, tag)),
            is_required=False,
            most_characters=one.asked.most_characters,
            language=tag,
            part_of=name,
        )


def _in_language(label: Said, tag: str) -> Said:
    def said(words: Words) -> str:
        every = tag == EVERY_LANGUAGE
        language = words("every language") if every else language_name(tag)
        return words("{what} ({language})", what=label(words), language=language)

    return said


def _field(name: str, info: FieldInfo) -> FormField:
    asked = next((each for each in info.metadata if isinstance(each, Input)), None)
    return FormField(
        name=name,
        kind=_kind(asked, _bare(info.annotation)),
        asked=asked,
        is_required=info.is_required(),
        least=next((each.ge for each in info.metadata if isinstance(each, Ge)), None),
        most=next((each.le for each in info.metadata if isinstance(each, Le)), None),
        most_characters=next(
            (each.max_length for each in info.metadata if isinstance(each, MaxLen)), None
        ),
    )


def _kind(asked: Input | None, annotation: object) -> FieldKind:
    if asked is None:
        return FieldKind.HIDDEN
    if asked.kind is not None:
        return asked.kind
    if asked.options is not None:
        return FieldKind.SELECT
    return (
        BY_TYPE.get(annotation, FieldKind.TEXT) if isinstance(annotation, type) else FieldKind.TEXT
    )


def _bare(annotation: object) -> object:
    """The type itself of `X | None`."""
    if get_origin(annotation) in (Union, UnionType):
        return next(each for each in get_args(annotation) if each is not NoneType)
    return annotation
