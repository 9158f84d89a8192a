"""Whether a device or store is heard, as a chip."""

from cloud_hub.fleet.link_status import Freshness, LinkState
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.reader import Reader


def freshness_chip(freshness: Freshness, reader: Reader) -> Markup:
    """The newest data's age, with the state of the link in colour, sign and words."""
    words = reader.words
    said = {
        LinkState.ONLINE: words("online"),
        LinkState.CATCHING_UP: words("catching up"),
        LinkState.OFFLINE: words("offline"),
        LinkState.NEVER: words("never heard of"),
    }[freshness.state]
    moment = freshness.data_at or freshness.heard_at
    telling = freshness.state in (LinkState.CATCHING_UP, LinkState.NEVER)
    waiting = words("{count} waiting", count=words.number(freshness.waiting))
    return el(
        "span",
        icon("cut" if freshness.state in (LinkState.OFFLINE, LinkState.NEVER) else "link", said),
        el("span", said) if telling else None,
        age(moment, reader) if moment and freshness.state is not LinkState.CATCHING_UP else None,
        class_=f"chip chip-{freshness.state.value}",
        title=f"{said} · {waiting}" if freshness.waiting else said,
    )
