"""How old something is. The browser lets ages grow; the server only says since when."""

from datetime import datetime

from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.photo import Photo
from cloud_hub.web.reader import Reader


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
