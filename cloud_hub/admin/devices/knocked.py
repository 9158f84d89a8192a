"""Devices that knocked and were not let in, each with what to do."""

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.enrolment.knocks import Knocked
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader


def knocked_panel(knocks: tuple[Knocked, ...], reader: Reader) -> Markup | None:
    """The latest first; nothing where nobody knocked."""
    if not knocks:
        return None
    words = reader.words
    heads = (words("As"), words("From"), words("Knocked"), words("Why it was not let in"), "")
    return panel(
        words("Knocked"),
        table(heads, [_knock(knock, reader) for knock in knocks], kind="told"),
        note=words("They asked for a way in and did not get one."),
    )


def _knock(knock: Knocked, reader: Reader) -> Markup:
    words, page = reader.words, reader.link(Permission.SEE_DEVICES)
    if knock.is_known:
        why = words("its claim token was wrong, or it is let in no more")
        link = el("a", words("Get it a claim code"), href=f"{page}/{knock.device_id}")
    else:
        why = words("no device of this id is set up")
        link = el("a", words("Make this device"), href=f"{page}?new={knock.device_id}")
    return el(
        "tr",
        el("th", el("code", knock.device_id), scope="row"),
        el("td", el("code", knock.address)),
        el(
            "td",
            age(knock.last_at, reader),
            el("small", " ", words("{n} times", n=knock.times)) if knock.times > 1 else None,
        ),
        el("td", why),
        el("td", link),
        data_key=f"{knock.device_id} {knock.address}",
    )
