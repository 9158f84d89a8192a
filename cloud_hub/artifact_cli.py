"""`aisle artifact`: sign files for devices, list them, and say which devices should have them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloud_hub.options import DatabaseUrl, DataDir, TenantId
from device_profiles.artifact import ArtifactKind
from device_profiles.store import DeviceKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer()
artifact_app = typer.Typer(no_args_is_help=True, help="Signed files for devices.")
app.add_typer(artifact_app, name="artifact")

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
    from cloud_hub.acts import record_act
    from cloud_hub.artifacts import Artifacts
    from cloud_hub.office import ACTOR, open_office

    chosen = kind or KINDS.get(name.partition("/")[0])
    if chosen is None:
        raise typer.BadParameter(
            f"{name!r} does not begin with {', '.join(KINDS)}; say what it is", param_hint="--kind"
        )
    with open_office({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir, keys=keys)
        added = artifacts.add(
            office.tenant_id,
            path,
            name=name,
            version=version,
            kind=chosen,
            now=office.clock.now(),
        )
        office.write(
            lambda session: record_act(
                session,
                tenant_id=office.tenant_id,
                actor=ACTOR,
                action="artifact-added",
                subject=name,
                detail={"version": version, "kind": added.kind, "sha256": added.sha256},
                now=office.clock.now(),
            )
        )
    typer.echo(f"{name} {version}: {added.kind}, {added.bytes} bytes, {added.sha256[:12]}…")


@artifact_app.command("list")
def show(data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None) -> None:
    """One line each version, by name, the newest first."""
    from cloud_hub.artifacts import Artifacts
    from cloud_hub.office import open_office

    with open_office({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir)
        for one in artifacts.listed(office.tenant_id):
            typer.echo(
                f"{one.name} {one.version}  {one.kind}  {one.bytes} bytes  {one.sha256[:12]}…"
                f"  {one.added_at}"
            )


@artifact_app.command("assign")
def assign(
    name: Annotated[str, typer.Argument(help="Such as models/product-detector.")],
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Which one; see list.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Back to what the devices were fitted with.")
    ] = False,
    device: Annotated[list[str] | None, typer.Option("--device", help="This device.")] = None,
    store: Annotated[str | None, typer.Option("--store", help="Devices of this store.")] = None,
    device_kind: Annotated[
        DeviceKind | None, typer.Option("--device-kind", help="Devices of this kind.")
    ] = None,
    share: Annotated[
        float, typer.Option("--share", min=0, max=1, help="Only so many of them: a first wave.")
    ] = 1.0,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Have devices take a version; a running hub tells them within seconds."""
    from cloud_hub.artifacts import Artifacts, choose_devices
    from cloud_hub.office import ACTOR, open_office

    if (version is None) != remove:
        raise typer.BadParameter("give --version N, or --remove", param_hint="--version")
    if not (device or store or device_kind):
        raise typer.BadParameter("say which devices: --device, --store or --device-kind")
    with open_office({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir)

        def write(session: "Session") -> list[str]:
            chosen = choose_devices(
                session,
                office.tenant_id,
                device_ids=device or (),
                store_id=store,
                kind=device_kind,
                share=share,
            )
            artifacts.assign(
                session, chosen, name=name, version=version, by=ACTOR, now=office.clock.now()
            )
            return [one.device_id for one in chosen]

        told = office.write(write)
    what = f"version {version}" if version is not None else "none"
    typer.echo(f"{name}: {what} wanted of {len(told)} devices: {', '.join(told)}")
