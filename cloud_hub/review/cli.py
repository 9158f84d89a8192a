"""`aisle review`: answers become a gallery, a gallery's pictures stand beside questions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId

if TYPE_CHECKING:
    from cloud_hub.access.offline_hub import OfflineHub
    from cloud_hub.core.media_store import Pictures

app = typer.Typer()
review_app = typer.Typer(no_args_is_help=True, help="Questions about pictures, and their answers.")
app.add_typer(review_app, name="review")

GalleryFolder = Annotated[Path, typer.Option("--gallery", help="The gallery's folder.")]


@review_app.callback()
def review() -> None:
    """Questions about pictures, and their answers."""


@review_app.command("export")
def export(
    gallery: GalleryFolder,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Enrol what people named into a gallery, new or known; nothing is added twice. Exit code 1
    where an answer was left out, its photo being missing or damaged."""
    from cloud_hub.access.doors.reveals import Reveal
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.review.gallery_export import export_answers

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        with office.database.sessions() as session:
            done = export_answers(session, _pictures(office), office.tenant_id, gallery)
        office.note_reveal(Reveal.ANSWERS_EXPORTED, gallery.name, done.answers)
    typer.echo(
        f"{done.answers} answers: {done.added} pictures added to {done.products} products"
        + (f", {len(done.left_out)} left out" if done.left_out else "")
    )
    for gtin, other, score in done.look_alikes:
        typer.echo(f"  {gtin} looks much like {other} ({score:.2f})")
    for reason in done.left_out:
        typer.echo(f"  left out {reason}", err=True)
    if done.left_out:
        raise typer.Exit(1)


@review_app.command("references")
def references(
    gallery: GalleryFolder,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Show a gallery's pictures beside the questions: the first of each product."""
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.review.reference_pictures import (
        GivenPicture,
        add_reference,
        gallery_pictures,
    )

    found = list(gallery_pictures(gallery))
    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        pictures, now = _pictures(office), office.clock.now()
        with office.database.writing() as session:
            for gtin, origin, content in found:
                given = GivenPicture(
                    tenant_id=office.tenant_id,
                    gtin=gtin,
                    data=content,
                    origin=origin,
                    given_by=ACTOR,
                )
                add_reference(session, pictures, given, now)
    typer.echo(f"{len(found)} products have a picture")


def _pictures(office: "OfflineHub") -> "Pictures":
    from cloud_hub.core.media_store import Pictures

    limit = office.settings.media_limit_bytes
    return Pictures(office.settings.media_dir, limit_bytes=limit)
