"""How every program's log looks."""

import io
import json
import logging
import sys
from typing import Any

import pytest

from sync.core.logs import JsonLines, set_up_logging


def line(level: int = logging.INFO, message: str = "%s sold", **more: Any) -> dict[str, Any]:
    record = logging.LogRecord(
        "till", level, "x.py", 1, message, ("茶",), more.pop("exc_info", None)
    )
    for name, value in more.items():
        setattr(record, name, value)
    said = JsonLines().format(record)
    assert "\n" not in said
    told: dict[str, Any] = json.loads(said)
    return told


def test_a_line_tells_when_who_what_and_the_action() -> None:
    told = line(action="sale")
    assert (told["level"], told["logger"], told["action"], told["message"]) == (
        "info",
        "till",
        "sale",
        "茶 sold",
    )
    assert told["at"].endswith("+00:00")
    assert "trace" not in told
    assert line()["action"] is None


def test_an_error_brings_its_trace_in_the_same_line() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        told = line(logging.ERROR, exc_info=sys.exc_info())
    assert "ValueError: no" in told["trace"]


def test_quiet_loggers_say_warnings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    set_up_logging(quiet=["chatty"])
    logging.getLogger("chatty").info("nothing much")
    logging.getLogger("chatty").warning("something")
    logging.getLogger("till").info("sold")
    logging.getLogger("till").debug("details")
    logging.getLogger("chatty").setLevel(logging.NOTSET)
    said = [json.loads(each)["message"] for each in written.getvalue().splitlines()]
    assert said == ["something", "sold"]
