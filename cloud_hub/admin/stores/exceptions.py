"""Days with other opening hours, as a person writes them: one a line."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Final

from cloud_hub.web.words import Words

Hours = tuple[time, time] | None
CLOSED: Final = ("closed", "closed all day", "cerrado", "关", "关闭", "休息")
LINE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(\d{1,2}:\d{2})\s*[-–—~至到]\s*(\d{1,2}:\d{2})")


def written(exceptions: Mapping[date, Hours], words: Words) -> str:
    """`2026-12-31 08:00-18:00`, or `2026-12-25 closed all day`."""
    return "\n".join(
        f"{day} {words('closed all day')}"
        if hours is None
        else f"{day} {hours[0]:%H:%M}-{hours[1]:%H:%M}"
        for day, hours in sorted(exceptions.items())
    )


def read(text: str, words: Words) -> dict[date, Hours]:
    """The days. Raises ValueError with a sentence that names the line."""
    found: dict[date, Hours] = {}
    for line in filter(None, (each.strip() for each in text.splitlines())):
        try:
            day, hours = _line(line, words)
        except ValueError:
            raise ValueError(
                words("Not understood: “{line}”. Write 2026-12-31 08:00-18:00.", line=line)
            ) from None
        if day in found:
            raise ValueError(words("{day} is there twice.", day=day))
        found[day] = hours
    return found


def _line(line: str, words: Words) -> tuple[date, Hours]:
    day, _, rest = line.partition(" ")
    if rest.strip().lower() in (*CLOSED, words("closed all day")):
        return date.fromisoformat(day), None
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    return date.fromisoformat(match[1]), (_time(match[2]), _time(match[3]))


def _time(text: str) -> time:
    return time.fromisoformat(text.zfill(5))
