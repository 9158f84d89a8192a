"""How old something is. The browser lets ages grow; the server only says since when."""

from datetime import datetime

from cloud_hub.console.markup import Markup, el
from cloud_hub.console.parts.icon import icon
from cloud_hub.console.reader import Reader
from cloud_hub.photo import Photo
from cloud_hub.views.rows import Freshness, LinkState


def age(moment: datetime, reader: Reader, *, due_at: datetime | None = None) -> Markup:
    """ "12 s", ticking; past `due_at` what stands around it (`data-fresh`) turns grey."""
    return el(
        "time",
        reader.words.moment(moment, reader.now),
        datetime=moment.isoformat(),
        title=reader.words.moment(moment, reader.now),
        data_age=True,
        data_due=due_at.isoformat() if due_at else None,
    )


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


def photo_age(photo: Photo, reader: Reader) -> Markup:
    """ "4 min, next due 14:40"."""
    words = reader.words
    due = words("next due {clock}", clock=words.clock(photo.due_at)) if photo.due_at else None
    return el(
        "span",
        icon("camera"),
        age(photo.taken_at, reader, due_at=photo.due_at),
        el("span", due, class_="quiet") if due else None,
        class_="photo-age",
    )
