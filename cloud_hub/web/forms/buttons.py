"""Buttons that do something: a form without fields, which works without any script."""

from collections.abc import Mapping
from typing import Final

from cloud_hub.web.markup import Child, Markup, el
from cloud_hub.web.reader import Reader

ACT_PATH: Final = "/console/act/"


def act_form(
    action: str, reader: Reader, about: Mapping[str, str], *content: Child, **attributes: object
) -> Markup:
    """What `content`'s buttons and fields send to `action`, with what it is `about`."""
    return el(
        "form",
        el("input", type="hidden", name="_at", value=reader.address),
        [el("input", type="hidden", name=name, value=value) for name, value in about.items()],
        *content,
        method="post",
        action=f"{ACT_PATH}{action}",
        data_acts=True,
        **{"class_": "act", **attributes},
    )


def press(action: str, name: str, value: str, *content: Child, **attributes: object) -> Markup:
    """A button of an `act_form`: pressing it sends `value` as the field `name`."""
    return el(
        "button",
        *content,
        type="submit",
        name=name,
        value=value,
        data_act=action,
        data_answer=value,
        **attributes,
    )
