"""A folder that a restore has not finished: nobody may work in it."""

from pathlib import Path
from typing import Final

from cloud_hub.core.errors import UnusableData

RESTORING: Final = "restore.part"
"""What a restore has made so far lies here; it goes last."""


def require_finished(folder: Path) -> None:
    """Nothing. Raises UnusableData where a restore into this folder has not come to its end."""
    if (folder / RESTORING).exists():
        raise UnusableData(
            f"a restore into {folder} was not finished; run aisle restore into it once more"
        )
