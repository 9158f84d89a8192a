"""Draws a form from its action: each field with its label, hint and error."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from cloud_hub.web.actions import Action, Attempt
from cloud_hub.web.forms.buttons import act_form
from cloud_hub.web.forms.fields import FieldKind, FormField, fields_of
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader
from device_profiles.names import Names

Options = Mapping[str, str]
BY_KIND: Final[Mapping[FieldKind, Mapping[str, object]]] = {
    FieldKind.NUMBER: {"type": "text", "inputmode": "numeric", "autocomplete": "off"},
    FieldKind.DECIMAL: {"type": "text", "inputmode": "decimal", "autocomplete": "off"},
    FieldKind.DATE: {"type": "date"},
    FieldKind.TIME: {"type": "time"},
    FieldKind.PASSWORD: {"type": "password", "autocomplete": "new-password"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What a form starts with: `values` by field; `about`, what it is about, goes along unseen and
    stays the same however the facts change; `options` are lists that depend on them (value to
    name)."""

    values: Mapping[str, object]
    about: Mapping[str, str]
    options: Mapping[str, Options] = field(default_factory=dict)


def form(action: Action[Any], filling: Filling, reader: Reader, submit: str) -> Markup:
    """The form; where it was sent and has to be put right, with what was typed and what is wrong.

    Bounds are not given to the browser: it would complain in its own language, and hide what was
    typed into a number.
    """
    form_id = "-".join((action.name, *filling.about.values()))
    attempt = reader.attempt
    if attempt is None or attempt.form_id != form_id:
        attempt = None
    fields = [one for one in fields_of(action.form) if one.kind is not FieldKind.HIDDEN]
    return act_form(
        action.name,
        reader,
        {"_form": form_id, **_hidden(action, filling)},
        _whole(attempt),
        [_field(one, form_id, filling, attempt, reader) for one in fields],
        el("p", el("button", submit, type="submit", class_="button"), class_="form-end"),
        id=form_id,
        class_="form",
        novalidate=True,
        data_fills=True,
    )


def _hidden(action: Action[Any], filling: Filling) -> dict[str, str]:
    """What is not filled in by anybody, from `about` and the values."""
    names = [one.name for one in fields_of(action.form) if one.kind is FieldKind.HIDDEN]
    return {name: filling.about.get(name) or _text(filling.values.get(name)) for name in names}


def _whole(attempt: Attempt | None) -> Markup | None:
    """What is wrong with the form as a whole."""
    said = attempt.errors.get("") if attempt else None
    return el("p", said, class_="field-error") if said else None


def _field(
    one: FormField, form_id: str, filling: Filling, attempt: Attempt | None, reader: Reader
) -> Markup:
    asked, words = one.asked, reader.words
    error = attempt.errors.get(one.name) if attempt else None
    hint = asked.hint(words) if asked and asked.hint else None
    place = f"{form_id}-{one.name}"
    described = [f"{place}-{what}" for what, said in (("hint", hint), ("error", error)) if said]
    control = _control(
        one,
        _typed(one, filling, attempt),
        filling.options.get(one.name) or (asked.options(words) if asked and asked.options else {}),
        {
            "id": place,
            "name": one.name,
            "aria_describedby": " ".join(described) or None,
            "aria_invalid": "true" if error else None,
            "aria_required": "true" if one.is_required else None,
            "autofocus": attempt is not None and one.name == next(iter(attempt.errors), None),
        },
    )
    label = el(
        "label",
        asked.label(words) if asked else one.name,
        el("span", " *", class_="required", title=words("must be filled in"))
        if one.is_required and one.kind is not FieldKind.CHECKBOX
        else None,
        for_=place,
    )
    return el(
        "div",
        (control, label) if one.kind is FieldKind.CHECKBOX else (label, control),
        el("p", hint, id=f"{place}-hint", class_="hint") if hint else None,
        el("p", error, id=f"{place}-error", class_="field-error") if error else None,
        class_=f"field field-{one.kind.value}",
        data_key=one.name,
    )


def _typed(one: FormField, filling: Filling, attempt: Attempt | None) -> str:
    if attempt is None:
        value = filling.values.get(one.part_of or one.name)
        return _text(value.get(one.language or "") if isinstance(value, Names) else value)
    # A password is typed again: it does not go back over the wire.
    return "" if one.kind is FieldKind.PASSWORD else attempt.typed.get(one.name, "")


def _control(
    one: FormField, value: str, options: Options, attributes: Mapping[str, object]
) -> Markup:
    match one.kind:
        case FieldKind.SELECT:
            # Nothing chosen yet, or nothing to be chosen, is a choice of its own.
            none: Options = {} if one.is_required and value in options else {"": "–"}
            chosen = [
                el("option", name, value=key, selected=key == value)
                for key, name in {**none, **options}.items()
            ]
            return el("select", chosen, **attributes)
        case FieldKind.TEXTAREA:
            return el("textarea", value, rows=4, maxlength=one.most_characters, **attributes)
        case FieldKind.CHECKBOX:
            return el("input", type="checkbox", value="yes", checked=bool(value), **attributes)
    more = BY_KIND.get(one.kind, {"type": "text", "maxlength": one.most_characters})
    return el("input", value=value, **more, **attributes)


def _text(value: object) -> str:
    """A value as its field shows it; "" for a box that is not ticked."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case time():
            return f"{value:%H:%M}"
        case Enum():
            return str(value.value)
        case Decimal() | float():
            return f"{value.normalize():f}" if isinstance(value, Decimal) else f"{value:g}"
    return str(value)
