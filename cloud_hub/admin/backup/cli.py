"""`aisle backup`, `aisle restore`, `aisle verify`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir

if TYPE_CHECKING:
    from cloud_hub.admin.backup.manifest import Manifest
    from cloud_hub.admin.backup.restoring import PutBack
    from cloud_hub.core.keys.erasures import Eraser

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="Its first line is it. Else AISLE_BACKUP_PASSPHRASE, else you are asked.",
    ),
]
BackupFile = Annotated[Path, typer.Argument(help="What `aisle backup` wrote.")]
NAMED_AT_MOST = 20


making_app = typer.Typer()
"""`backup` and `verify`, which need nothing of the rest of the hub."""


def backup_app(known_erasers: Callable[[], Mapping[str, "Eraser"]]) -> typer.Typer:
    """The commands; a restore erases again by what `known_erasers` gives."""
    app = typer.Typer()
    app.add_typer(making_app)

    @app.command("restore")
    def restore(
        file: BackupFile,
        data: DataDir = None,
        database: DatabaseUrl = None,
        erasures: Annotated[
            Path | None,
            typer.Option(
                "--erasures", help="The list of erasures of the hub that is gone, if it was kept."
            ),
        ] = None,
        passphrase_file: PassphraseFile = None,
    ) -> None:
        """Put a hub back: into a new --data, and a new --database where it is PostgreSQL.

        Whole, or nothing is there. Says what devices are asked for again and what is lost."""
        from cloud_hub.admin.backup.passphrase import passphrase_from
        from cloud_hub.admin.backup.restoring import NewPlace, restore
        from cloud_hub.core.settings import load_settings
        from sync.core.clock import SystemClock

        if data is None:
            raise typer.BadParameter("say where it goes", param_hint="--data")
        place = NewPlace(
            settings=load_settings({"data_dir": data, "database": database}),
            erasures_file=erasures,
            erasers=known_erasers(),
        )
        said = passphrase_from(passphrase_file, _ask, is_new=False)
        done = restore(file, said, place, SystemClock().now())
        for line in _lines_after(done, data):
            typer.echo(line)

    return app


@making_app.command("backup")
def backup(
    to: Annotated[
        Path,
        typer.Option("--to", help="The file to write; with --keep a folder.", show_default=False),
    ],
    data: DataDir = None,
    database: DatabaseUrl = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, help="Name it by the time in --to, keep so many of them."),
    ] = None,
    with_pictures: Annotated[
        bool, typer.Option("--with-pictures", help="The pictures themselves, too.")
    ] = False,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="The hub's TOML file of settings, if any.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write everything a hub is into one encrypted file, while it runs.

    Database, keys, signed files; of pictures their hashes. `age -d FILE | zstd -d | tar -x` opens
    it, too."""
    from cloud_hub.admin.backup.keeping import place_in, prune
    from cloud_hub.admin.backup.making import WantedBackup, make_backup
    from cloud_hub.admin.backup.passphrase import passphrase_from
    from cloud_hub.core.existing_hub import require_hub
    from cloud_hub.core.settings import load_settings
    from cloud_hub.fleet.backups.last_backup import LastBackup, note_backup
    from sync.core.clock import SystemClock

    chosen = load_settings({"data_dir": data, "database": database}, file=settings)
    require_hub(chosen)
    now = SystemClock().now()
    path = to if keep is None else place_in(to, now)
    wanted = WantedBackup(
        settings=chosen,
        passphrase=passphrase_from(passphrase_file, _ask, is_new=True),
        with_pictures=with_pictures,
        settings_file=settings,
    )
    made = make_backup(wanted, path, now)
    typer.echo(f"{path}: {_summary(made.manifest)}; {made.bytes} bytes")
    note_backup(
        chosen.data_dir,
        LastBackup(made_at=made.manifest.made_at, name=path.name, bytes=made.bytes),
    )
    for name in made.unnamed:
        typer.echo(f"warning: {name} is no file of a hub, and not in the backup", err=True)
    _warn_of_keys(made.manifest)
    for name in prune(to, keep) if keep is not None else ():
        typer.echo(f"deleted {name}")


@making_app.command("verify")
def verify(
    file: BackupFile,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="Look for its pictures in this hub's folder, not in its own, and note there that"
            " its last backup was verified.",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Read a backup whole and compare every hash; say what is in it, which pictures are gone."""
    import tempfile

    from cloud_hub.admin.backup.passphrase import passphrase_from
    from cloud_hub.admin.backup.verifying import PictureCheck, read_backup
    from cloud_hub.fleet.backups.last_backup import note_verified
    from sync.core.clock import SystemClock

    said = passphrase_from(passphrase_file, _ask, is_new=False)
    with tempfile.TemporaryDirectory() as scratch:
        check = PictureCheck(Path(scratch), data / "media" if data else None)
        manifest = read_backup(file, said, check)
        typer.echo(f"{file}: whole; {_summary(manifest)}")
        _warn_of_keys(manifest)
        if data is not None:
            note_verified(data, manifest.made_at, SystemClock().now())
        if manifest.pictures.is_included:
            return
        count = 0
        for count, sha256 in enumerate(check.missing(), start=1):
            if count <= NAMED_AT_MOST:
                typer.echo(f"missing: picture {sha256}")
        typer.echo(f"{count} of its {manifest.pictures.count} pictures are not in {check.folder}")


def _ask(prompt: str) -> str:
    return str(typer.prompt(prompt, hide_input=True))


def _summary(manifest: "Manifest") -> str:
    pictures, kept = manifest.pictures, manifest.database
    how = "their bytes, too" if pictures.is_included else "by hash and size alone"
    return (
        f"a hub on {kept.kind} ({kept.version}) of AisleOS {manifest.program}, made"
        f" {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: {manifest.row_count} rows in"
        f" {len(kept.rows)} tables, {len(manifest.files)} files, {pictures.count} pictures ({how})"
    )


def _warn_of_keys(manifest: "Manifest") -> None:
    for chain, roles in manifest.lacking_keys.items():
        typer.echo(
            f"warning: {chain}: keys for signing that are not in the hub's folder and not in the"
            f" backup: {', '.join(roles)}; keep them with it",
            err=True,
        )


def _lines_after(done: "PutBack", data: Path) -> list[str]:
    """What people should know once a hub was put back."""
    from cloud_hub.admin.backup.afterwards import asked_again

    manifest = done.manifest
    lines = [
        f"{data}: {_summary(manifest)}",
        *asked_again(done.restored, done.devices),
        f"erasures: {done.erased} erased again"
        + (f", the backup knew {manifest.erasures}" if manifest.erasures > done.erased else ""),
    ]
    if done.missing:
        lines.append(
            f"pictures: {done.missing} of {manifest.pictures.count} are missing; copy what is left"
            f" of {manifest.pictures.folder} to {data / 'media'}; devices offer again what they"
            " still hold"
        )
    for chain, roles in manifest.lacking_keys.items():
        lines.append(
            f"warning: {chain}: no keys for {', '.join(roles)}: put them back into"
            f" {data / 'artifacts' / chain / 'keys'}, or have devices trust new ones:"
            f" aisle artifact new-root --tenant {chain}"
        )
    return lines
