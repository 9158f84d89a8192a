"""How a command says that it failed, and how it logs."""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import NoReturn

import typer


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        entry = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": getattr(record, "action", None),
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def fail(error: BaseException) -> NoReturn:
    """One line for people, and exit code 1."""
    typer.echo(f"aisle: {error}", err=True)
    raise typer.Exit(1)


def hush_codecs() -> None:
    """FFmpeg and OpenCV keep their own words off standard error, where one line of ours says what
    is wrong with a source.

    Call it before anything imports cv2. `OPENCV_FFMPEG_LOGLEVEL=16 OPENCV_LOG_LEVEL=INFO` bring
    their words back.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")


def set_up_logs() -> None:
    """Logs to standard error: plain lines for a terminal, JSON for a machine."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(plain if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
