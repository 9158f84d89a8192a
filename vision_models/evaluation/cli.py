"""Commands of measuring: `aisle eval shelf|sku|people|footfall`."""

import typer

from vision_models.evaluation.people import cli as people
from vision_models.evaluation.shelves import cli as shelves
from vision_models.evaluation.skus import cli as skus

evaluation = typer.Typer(no_args_is_help=True, help="Accuracy on pictures with a known truth.")
for part in (shelves, skus, people):
    evaluation.add_typer(part.app)
