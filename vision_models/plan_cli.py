"""`aisle planogram`: plans of slots made from photos."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from device_profiles.device import first_problem
from vision_models.core.errors import UnusablePicture, VisionError

if TYPE_CHECKING:
    from device_profiles.planogram import FixtureProfile

MOST_COLUMNS = 60

planogram = typer.Typer(no_args_is_help=True, help="Plans of what shall stand where.")


@planogram.callback()
def _planograms() -> None:
    """Plans of what shall stand where."""


@planogram.command("from-photo")
def from_photo(
    image: Annotated[Path, typer.Argument(help="One good photo of the shelf as it shall be.")],
    gallery: Annotated[Path, typer.Option(help="A gallery made by `aisle sku enroll`.")],
    rows: Annotated[
        int | None, typer.Option(min=1, max=20, help="Rows of products on the photo.")
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(
            help="Instead of --rows: a device profile (TOML) with a camera's calibrated view of"
            " the fixture; the photo is read slot by slot."
        ),
    ] = None,
    fixture: Annotated[str, typer.Option(help="Identifier of the fixture.")] = "shelf",
    letter: Annotated[str, typer.Option(help="Letter of its slots: A in A-2-3.")] = "A",
    name: Annotated[str, typer.Option(help="Identifier of the plan.")] = "from-photo",
    version: Annotated[int, typer.Option(min=1, help="Its version.")] = 1,
    leave_unknown_out: Annotated[
        bool, typer.Option(help="Plan the other slots although some products are unknown.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="A file that is not there yet.")] = None,
) -> None:
    """Make a plan of slots from one good photo, as tables for a device's profile."""
    from vision_models.core.pictures import read_picture
    from vision_models.shelf.plan_from_photo import PlanWanted, plan_as_toml, plan_from_photo
    from vision_models.shelf.profile_view import open_reader, view_in_profile

    if out is not None and out.exists():
        raise UnusablePicture(f"{out} exists already; name another file")
    picture = read_picture(image)
    known = view_in_profile(profile) if profile else None
    if known is not None:
        known.check_size(image, picture)
    try:
        plan = plan_from_photo(
            picture,
            open_reader(gallery, known, threads=1),
            PlanWanted(
                fixture=known.fixture if known else _fixture(rows, fixture, letter),
                view=known.view if known else None,
                planogram_id=name,
                version=version,
                valid_from=datetime.now(UTC),
            ),
            leaves_unknown_out=leave_unknown_out,
        )
    except ValidationError as error:
        raise VisionError(first_problem(error)) from error
    text = plan_as_toml(plan)
    if out is None:
        typer.echo(text, nl=False)
    else:
        _write(out, text)
        typer.echo(f"{out}: {len(plan.slots)} slots, {len(plan.products)} products")


def _fixture(rows: int | None, fixture_id: str, letter: str) -> "FixtureProfile":
    from device_profiles.planogram import FixtureKind, FixtureProfile

    if rows is None:
        raise UnusablePicture(
            "say how many rows of products the photo shows with --rows, or give"
            " the camera's --profile"
        )
    return FixtureProfile.model_validate(
        {
            "fixture_id": fixture_id,
            "letter": letter,
            "name": {"en": fixture_id, "zh": fixture_id},
            "kind": FixtureKind.GONDOLA,
            "rows": rows,
            "columns": MOST_COLUMNS,
        }
    )


def _write(path: Path, text: str) -> None:
    """The whole file or none of it."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise UnusablePicture(f"cannot write {path}: {error.strerror}") from error
