"""Options that the commands of measuring share, and how figures are told."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vision_models.evaluation.report import Told

AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]
Report = Annotated[
    Path | None, typer.Option(help="Write an HTML report here, with the worst pictures first.")
]
Threads = Annotated[int, typer.Option(min=1, help="Processor threads to use.")]

SHOWN = 40
"""So many pictures stand in a report."""


def tell(every: "Iterable[Told]", as_json: str | None = None) -> None:
    """The figures in words, or as JSON where that was asked for."""
    if as_json is not None:
        typer.echo(as_json)
        return
    for told in every:
        typer.echo(f"{told.name}: {told.value}" + (f" ({told.note})" if told.note else ""))
