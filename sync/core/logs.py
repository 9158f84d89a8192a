"""How every program's log looks: sentences on a terminal, one JSON object a line elsewhere."""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """One JSON object a line: when, level, logger, action, text, and the trace of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": getattr(record, "action", None),
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def set_up_logging(*, verbose: bool = False, quiet: Iterable[str] = ()) -> None:
    """Writes the log to standard error; of the loggers named `quiet`, warnings only."""
    handler = logging.StreamHandler()
    if not sys.stderr.isatty():
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True
    )
    for name in quiet:
        logging.getLogger(name).setLevel(logging.WARNING)
