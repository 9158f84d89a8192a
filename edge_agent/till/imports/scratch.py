"""Plain copies of files of receipts, which nobody sees and which do not outlive their import."""

import os
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Final

from sync.core.sole_owner import is_free

PREFIX: Final = "aisle-import-"
SUFFIX: Final = ".csv"


class ScratchFile:
    """A temporary file of this user alone (it names shoppers), gone when it is `remove`d, when
    nothing needs it any more, or when the program ends; what a killed import left goes at the next
    one."""

    def __init__(self) -> None:
        _remove_orphans()
        descriptor, self.path = _owned_file()
        self._gone = weakref.finalize(self, _end, descriptor, self.path)

    def remove(self) -> None:
        """Takes it away now; a second time does nothing."""
        self._gone()


def _owned_file() -> tuple[int, Path]:
    while True:
        descriptor, name = tempfile.mkstemp(prefix=PREFIX, suffix=SUFFIX)
        path = Path(name)
        # Another import may have taken it for an orphan before it had an owner.
        if is_free(descriptor) and path.exists():
            return descriptor, path
        _end(descriptor, path)


def _remove_orphans() -> None:
    """Files whose import was killed: an owner's lock ends with its process."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*{SUFFIX}"):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.getuid() and is_free(descriptor):
                    path.unlink(missing_ok=True)
            finally:
                os.close(descriptor)


def _end(descriptor: int, path: Path) -> None:
    path.unlink(missing_ok=True)
    os.close(descriptor)
