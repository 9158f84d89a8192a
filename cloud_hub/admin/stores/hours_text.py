"""Opening hours as a person writes them: weekdays and other days, one a line."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from typing import Final, TypeVar

from cloud_hub.core.text import Day
from cloud_hub.web.words import Words
from device_profiles.opening_hours import Span, Weekday, span_text

Spans = tuple[Span, ...]
CLOSED: Final = ("closed", "closed all day", "cerrado", "关", "关闭", "休息")
_HYPHEN: Final = r"\s*[-–—~至到]\s*"
SPAN: Final = re.compile(rf"(\d{{1,2}}:\d{{2}}){_HYPHEN}(\d{{1,2}}:\d{{2}})")
COMMA: Final = re.compile(r"\s*[,，、;；]\s*")
WEEKDAYS: Final = tuple(Weekday)
A_MONDAY: Final = date(2024, 1, 1)

Key = TypeVar("Key")


def week_written(week: Mapping[Weekday, Spans], words: Words) -> str:
    """`Mon-Fri 07:00-22:00`, and so on: weekdays in a row with the same hours in one line."""
    names = _names(words)
    runs: list[list[int]] = []
    for at, day in enumerate(WEEKDAYS):
        if runs and week.get(day, ()) == week.get(WEEKDAYS[runs[-1][0]], ()):
            runs[-1].append(at)
        else:
            runs.append([at])
    return "\n".join(
        f"{names[run[0]]}{f'-{names[run[-1]]}' if len(run) > 1 else ''}"
        f" {_spans_written(week.get(WEEKDAYS[run[0]], ()), words)}"
        for run in runs
    )


def read_week(text: str, words: Words) -> dict[Weekday, Spans]:
    """The weekdays; those that no line names are closed. Raises ValueError with a sentence that
    names the line."""
    example = "Mon-Fri 08:00-12:00, 14:00-18:00"
    return _read(text, words, example, lambda days: _weekdays(days, words))


def exceptions_written(exceptions: Mapping[date, Spans], words: Words) -> str:
    """`2026-12-31 08:00-18:00`, or `2026-12-25 closed all day`."""
    return "\n".join(
        f"{day} {_spans_written(spans, words)}" for day, spans in sorted(exceptions.items())
    )


def read_exceptions(text: str, words: Words) -> dict[date, Spans]:
    """The days. Raises ValueError with a sentence that names the line."""
    example = "2026-12-31 08:00-18:00"
    return _read(text, words, example, lambda day: [date.fromisoformat(day)])


def _read(
    text: str, words: Words, example: str, days_of: Callable[[str], list[Key]]
) -> dict[Key, Spans]:
    found: dict[Key, Spans] = {}
    for line in filter(None, (each.strip() for each in text.splitlines())):
        try:
            days, spans = _line(line, words)
            keys = days_of(days)
        except ValueError:
            raise ValueError(
                words("Not understood: “{line}”. Write {example}.", line=line, example=example)
            ) from None
        if any(key in found for key in keys):
            raise ValueError(words("{day} is there twice.", day=days))
        found |= dict.fromkeys(keys, spans)
    return found


def _line(line: str, words: Words) -> tuple[str, Spans]:
    """What stands before the hours, and these."""
    first = SPAN.search(line)
    if first is not None:
        spans = tuple(_span(part) for part in COMMA.split(line[first.start() :]))
        return line[: first.start()].strip(), spans
    days, _, rest = line.partition(" ")
    if rest.strip().lower() not in (*CLOSED, words("closed all day").lower()):
        raise ValueError(line)
    return days, ()


def _span(text: str) -> Span:
    match = SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return _time(match[1]), _time(match[2])


def _time(text: str) -> time:
    return time(0) if text == "24:00" else time.fromisoformat(text.zfill(5))


def _spans_written(spans: Spans, words: Words) -> str:
    return ", ".join(span_text(span) for span in spans) or words("closed all day")


def _names(words: Words) -> list[str]:
    return [
        Day(A_MONDAY + timedelta(days=n), "EEE").text(words.language) for n in range(len(WEEKDAYS))
    ]


def _weekdays(text: str, words: Words) -> list[Weekday]:
    names = {name.lower(): at for at, name in enumerate(_names(words))}
    names |= {day.value: at for at, day in enumerate(WEEKDAYS)}
    return [day for part in COMMA.split(text) for day in _run(part, names)]


def _run(text: str, names: Mapping[str, int]) -> Iterator[Weekday]:
    first, _, last = (part.strip() for part in re.sub(_HYPHEN, "-", text.lower()).partition("-"))
    if first not in names or (last or first) not in names:
        raise ValueError(text)
    start, count = names[first], (names[last or first] - names[first]) % len(WEEKDAYS) + 1
    for n in range(count):
        yield WEEKDAYS[(start + n) % len(WEEKDAYS)]
