"""`aisle artifact`: sign files for devices, list them, and say which devices should have them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from device_profiles.artifact import ArtifactKind
from device_profiles.store import DeviceKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cloud_hub.fleet.artifacts.rollouts import RolloutStanding

app = typer.Typer()
artifact_app = typer.Typer(no_args_is_help=True, help="Signed files for devices.")
app.add_typer(artifact_app, name="artifact")

Name = Annotated[str, typer.Argument(help="Such as models/product-detector.")]
Devices = Annotated[list[str] | None, typer.Option("--device", help="This device; repeatable.")]
StoreId = Annotated[str | None, typer.Option("--store", help="Devices of this store.")]
OfKind = Annotated[DeviceKind | None, typer.Option("--device-kind", help="Devices of this kind.")]

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


@artifact_app.command("assign")
def assign(
    name: Name,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Which one; see list.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Back to what the devices were fitted with.")
    ] = False,
    device: Devices = None,
    store: StoreId = None,
    device_kind: OfKind = None,
    share: Annotated[
        float, typer.Option("--share", min=0, max=1, help="Only this share of them, 0 to 1.")
    ] = 1.0,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Have devices take a version; a running hub tells them within seconds."""
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.fleet.artifacts.artifacts import Artifacts, DesiredVersion
    from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
    from cloud_hub.fleet.artifacts.rollouts import BY_HAND, end_rollout

    if (version is None) != remove:
        raise typer.BadParameter("give --version N, or --remove", param_hint="--version")
    if not (device or store or device_kind):
        raise typer.BadParameter("say which devices: --device, --store or --device-kind")
    choice = DeviceChoice(device_ids=device or (), store_id=store, kind=device_kind, share=share)
    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir)

        def write(session: "Session") -> list[str]:
            chosen = choose_devices(session, office.tenant_id, choice)
            end_rollout(session, office.tenant_id, name, BY_HAND)
            desired = DesiredVersion(name=name, version=version, by=ACTOR)
            artifacts.assign(session, chosen, desired, office.clock.now())
            return [one.device_id for one in chosen]

        told = office.write(write)
    what = f"version {version}" if version is not None else "none"
    typer.echo(f"{name}: {what} wanted of {len(told)} devices: {', '.join(told)}")


@artifact_app.command("roll-out")
def roll_out(
    name: Name,
    version: Annotated[int, typer.Option("--version", min=1, help="Which one; see list.")],
    device: Devices = None,
    store: StoreId = None,
    device_kind: OfKind = None,
    first: Annotated[
        float, typer.Option("--first", min=0, max=1, help="Share of them in the first wave.")
    ] = 0.1,
    pause: Annotated[
        float, typer.Option("--pause", min=0, help="Minutes between two waves, at least.")
    ] = 60.0,
    stop_above: Annotated[
        float,
        typer.Option(
            "--stop-above",
            min=0,
            max=1,
            help="Stop when more than this share of the devices asked cannot take it.",
        ),
    ] = 0.1,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Have devices take a version wave by wave, each as large as all before it together.

    It stops by itself where too many of those asked cannot take it; see waves."""
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.fleet.artifacts.artifacts import Artifacts
    from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
    from cloud_hub.fleet.artifacts.rollouts import RolloutPlan, begin_rollout, standing_of

    if not (device or store or device_kind):
        raise typer.BadParameter("say which devices: --device, --store or --device-kind")
    choice = DeviceChoice(device_ids=device or (), store_id=store, kind=device_kind)
    plan = RolloutPlan(
        name=name,
        version=version,
        by=ACTOR,
        share=first,
        pause_min=pause,
        stop_above=stop_above,
    )
    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir)

        def write(session: "Session") -> str:
            chosen = choose_devices(session, office.tenant_id, choice)
            rollout = begin_rollout(session, artifacts, chosen, plan, office.clock.now())
            return _wave_line(standing_of(session, rollout))

        typer.echo(office.write(write))


@artifact_app.command("waves")
def waves(data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None) -> None:
    """How each roll-out stands, one line each, and which devices cannot take the version."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.fleet.artifacts.rollouts import rollouts, standing_of

    with (
        open_offline_hub({"data_dir": data, "database": database}, tenant) as office,
        office.database.sessions() as session,
    ):
        for rollout in rollouts(session, office.tenant_id):
            standing = standing_of(session, rollout)
            typer.echo(_wave_line(standing))
            for device_id, problem in standing.problems.items():
                typer.echo(f"  {device_id}: {problem}")


@artifact_app.command("stop")
def stop(
    name: Name, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Ask no further device of a roll-out. Those that were asked keep what they have."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.fleet.artifacts.rollouts import stop_rollout

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        office.write(
            lambda session: stop_rollout(session, office.tenant_id, name, "stopped by hand")
        )
    typer.echo(f"{name}: no further device is asked")


def _wave_line(standing: "RolloutStanding") -> str:
    rollout, next_at = standing.rollout, standing.next_at
    told = (
        f"{rollout.name} {rollout.version}  {rollout.state}: {standing.asked} of"
        f" {standing.devices} devices asked, {standing.in_use} use it,"
        f" {len(standing.problems)} cannot"
    )
    if next_at is not None:
        told += f"; next wave not before {next_at.isoformat(timespec='minutes')}"
    return told + (f"; {rollout.reason}" if rollout.reason else "")
