"""What a form's fields are, read from the annotations of its pydantic model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cloud_hub.web.words import Words

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
    """

    label: Said
    hint: Said | None = None
    kind: FieldKind | None = None
    options: Callable[[Words], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field as a form draws and reads it. Bounds are those of the annotation."""

    name: str
    kind: FieldKind
    asked: Input | None
    is_required: bool
    least: Any = None
    most: Any = None
    most_characters: int | None = None


def fields_of(form: type[BaseModel]) -> tuple[FormField, ...]:
    """The fields in their order."""
    return tuple(_field(name, info) for name, info in form.model_fields.items())


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
