"""Options that many of the hub's commands take."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[Path | None, typer.Option("--data", help="Folder of database, keys, pictures.")]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database", help="postgresql://… instead of SQLite in --data.")
]
TenantId = Annotated[
    str | None, typer.Option("--tenant", help="Chain, where the hub holds several.")
]
