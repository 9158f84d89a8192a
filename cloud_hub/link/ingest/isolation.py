"""The one place where a transaction may raise whatever it likes: it is undone, told in the log, and
those behind it go on."""

import logging
from collections.abc import Callable
from typing import TypeVar

from cloud_hub.core.storage.outages import is_outage
from sync.core.sparing import sparing

log = logging.getLogger(__name__)

Done = TypeVar("Done")


def isolated(
    work: Callable[[], Done], count: int, what: str, *, level: int = logging.ERROR
) -> Done | None:
    """What `work` comes to, which is one transaction over `count` messages or events of `what`;
    None where these, and not the database, are at fault.

    Raises what a database raises that is out of order, and nothing else.
    """
    with sparing(log, "not taken: %d of %s ...", count, what, action="poison", level=level) as one:
        return work()
    if one.error is not None and is_outage(one.error):
        raise one.error
    return None
