"""`aisle artifact`: sign files for devices, list them."""

from pathlib import Path
from typing import Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from device_profiles.artifact import ArtifactKind

artifact_app = typer.Typer(no_args_is_help=True, help="Signed files for devices.")

Name = Annotated[str, typer.Argument(help="Such as models/product-detector.")]

KINDS = {
    "models": ArtifactKind.MODEL,
    "galleries": ArtifactKind.GALLERY,
    "planograms": ArtifactKind.PLANOGRAM,
    "prices": ArtifactKind.PRICE_LIST,
}
"""What the first word of a name says of its kind."""

Keys = Annotated[
    Path | None,
    typer.Option("--keys", help="Folder of root.pem and targets.pem, if not in the hub's own."),
]


@artifact_app.callback()
def artifact() -> None:
    """Signed files for devices: models, galleries, planograms, price lists."""


@artifact_app.command("add")
def add(
    path: Annotated[
        Path, typer.Argument(help="models.toml, a gallery's folder, or a JSON file.", exists=True)
    ],
    name: Annotated[str, typer.Option("--name", help="Such as models/product-detector.")],
    version: Annotated[int, typer.Option("--version", min=1, help="Above every earlier one.")],
    kind: Annotated[
        ArtifactKind | None,
        typer.Option("--kind", help="If the name's first word does not say it."),
    ] = None,
    keys: Keys = None,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Sign a file as one version of an artifact. No device takes it before it is assigned."""
    from cloud_hub.access.audit_log import Act, record_act
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.fleet.artifacts.artifacts import Artifacts, NewVersion
    from cloud_hub.fleet.artifacts.new_root import highest_reported

    chosen = kind or KINDS.get(name.partition("/")[0])
    if chosen is None:
        raise typer.BadParameter(
            f"{name!r} does not begin with {', '.join(KINDS)}; say what it is", param_hint="--kind"
        )
    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir, keys=keys)
        with office.database.sessions() as session:
            known = highest_reported(session, office.tenant_id, name)
        new = NewVersion(path=path, name=name, version=version, kind=chosen, above=known)
        added = artifacts.add(office.tenant_id, new, office.clock.now())
        office.write(
            lambda session: record_act(
                session,
                Act(
                    tenant_id=office.tenant_id,
                    actor=ACTOR,
                    action="artifact-added",
                    subject=name,
                    detail={"version": version, "kind": added.kind, "sha256": added.sha256},
                ),
                office.clock.now(),
            )
        )
    typer.echo(f"{name} {version}: {added.kind}, {added.bytes} bytes, {added.sha256[:12]}…")


@artifact_app.command("new-root")
def new_root(
    yes: Annotated[
        bool, typer.Option("--yes", help="Yes: every device of the chain must claim anew.")
    ] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Sign everything by new keys, and have every device claim anew to trust them.

    For keys that are lost, or that somebody else has. Restart the hub afterwards: devices then
    find their password ended, claim by the token of their profile, and go on."""
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.fleet.artifacts.artifacts import Artifacts
    from cloud_hub.fleet.artifacts.new_root import trust_anew

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        if not yes:
            raise typer.BadParameter(
                f"every device of {office.tenant_id} will have to claim anew; say --yes",
                param_hint="--yes",
            )
        signer = Artifacts(folder=office.settings.artifacts_dir).signer(office.tenant_id)
        now = office.clock.now()
        done = office.write(
            lambda session: trust_anew(session, signer, office.tenant_id, ACTOR, now)
        )
    typer.echo(
        f"{office.tenant_id}: signed by new keys; {done.devices} devices must claim anew:"
        " restart the hub"
    )
    for path in done.left_out:
        typer.echo(f"left out: {path}, its file is not here; add it under a higher version")


@artifact_app.command("list")
def show(data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None) -> None:
    """One line each version, by name, the newest first."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.fleet.artifacts.artifacts import Artifacts

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir)
        for one in artifacts.listed(office.tenant_id):
            typer.echo(
                f"{one.name} {one.version}  {one.kind}  {one.bytes} bytes  {one.sha256[:12]}…"
                f"  {one.added_at}"
            )
