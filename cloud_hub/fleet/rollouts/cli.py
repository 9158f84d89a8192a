"""`aisle artifact assign`, `roll-out`, `waves`, `stop`, `back`, `freeze`: which devices should have
what, in which order, and when none is asked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from device_profiles.store import DeviceKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cloud_hub.access.offline_hub import OfflineHub
    from cloud_hub.fleet.artifacts.device_choice import DeviceChoice
    from cloud_hub.fleet.rollouts.plan import RolloutPlan
    from cloud_hub.fleet.rollouts.standing import RolloutStanding
    from cloud_hub.insight.metric import Metric

Name = Annotated[str, typer.Argument(help="Such as models/product-detector.")]
Version = Annotated[int, typer.Option("--version", min=1, help="Which one; see list.")]
Devices = Annotated[list[str] | None, typer.Option("--device", help="This device; repeatable.")]
StoreId = Annotated[str | None, typer.Option("--store", help="Devices of this store.")]
OfKind = Annotated[DeviceKind | None, typer.Option("--device-kind", help="Devices of this kind.")]
First = Annotated[
    float, typer.Option("--first", min=0, max=1, help="Share of them in the first wave.")
]
Pause = Annotated[
    float, typer.Option("--pause", min=0, help="Minutes between two waves, at least.")
]
StopAbove = Annotated[
    float,
    typer.Option(
        "--stop-above",
        min=0,
        max=1,
        help="Go back when more than this share of the devices asked cannot take it.",
    ),
]
Waves = Annotated[
    list[str] | None,
    typer.Option(
        "--wave",
        help="Stores or regions that are a wave of their own, with commas; given again for the"
        " next one. All others follow.",
    ),
]
Hours = Annotated[
    str, typer.Option("--hours", help="Ask only then, by the store's own clock: 02:00-05:00.")
]
ClosedOnly = Annotated[
    bool, typer.Option("--closed-only", help="Ask no device of a store while it is open.")
]
MetricName = Annotated[
    str,
    typer.Option(
        "--metric",
        help="Go back when this metric gets worse on those asked, against the others; with"
        " /coverage behind it, the share of the time that it watches.",
    ),
]
WorseBy = Annotated[
    float,
    typer.Option(
        "--worse-by", min=0, help="By how much: 0.1 of a ratio is 10 points, of others 10 %."
    ),
]
LeastHours = Annotated[
    int, typer.Option("--least-hours", min=1, help="Hours with data before anything is said.")
]


commands = typer.Typer()
"""Those that need no metrics."""


def rollout_app(metrics: Callable[[], Mapping[str, "Metric"]]) -> typer.Typer:
    """Every command. `metrics`, which bring every domain with them, are called for only where one
    is named."""
    app = typer.Typer()
    app.add_typer(commands)

    @app.command("roll-out")
    def roll_out(
        name: Name,
        version: Version,
        device: Devices = None,
        store: StoreId = None,
        device_kind: OfKind = None,
        first: First = 0.1,
        pause: Pause = 60.0,
        stop_above: StopAbove = 0.1,
        wave: Waves = None,
        hours: Hours = "",
        closed_only: ClosedOnly = False,
        metric: MetricName = "",
        worse_by: WorseBy = 0.2,
        least_hours: LeastHours = 12,
        data: DataDir = None,
        database: DatabaseUrl = None,
        tenant: TenantId = None,
    ) -> None:
        """Have devices take a version wave by wave, each as large as all before it together.

        All go back to what they had before where too many of those asked cannot take it, or the
        metric gets worse; see waves."""
        from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
        from cloud_hub.fleet.artifacts.device_choice import DeviceChoice
        from cloud_hub.fleet.rollouts import asking_hours, plan

        _require_devices(device, store, device_kind)
        choice = DeviceChoice(device_ids=device or (), store_id=store, kind=device_kind)
        bar = plan.HealthBar(metric=metric, worse_by=worse_by, least_hours=least_hours)
        if metric:
            plan.metric_of(metrics(), metric)
        planned = plan.RolloutPlan(
            name=name,
            version=version,
            by=ACTOR,
            share=first,
            pause_min=pause,
            stop_above=stop_above,
            waves=tuple(plan.wave_words(one) for one in wave or ()),
            hours=asking_hours.asking_hours(hours, closed_only=closed_only),
            health=bar if metric else None,
        )
        with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
            typer.echo(_begun(office, choice, planned))

    return app


def _begun(office: "OfflineHub", choice: "DeviceChoice", planned: "RolloutPlan") -> str:
    from cloud_hub.fleet.artifacts.artifacts import Artifacts
    from cloud_hub.fleet.artifacts.device_choice import choose_devices
    from cloud_hub.fleet.rollouts.acts import roll_out
    from cloud_hub.fleet.rollouts.second_approver import kept_second_kinds
    from cloud_hub.fleet.rollouts.standing import standing_of

    artifacts = Artifacts(folder=office.settings.artifacts_dir)

    def write(session: "Session") -> list[str]:
        now, kinds = office.clock.now(), kept_second_kinds(session)
        chosen = choose_devices(session, office.tenant_id, choice)
        asked = replace(planned, second_kinds=kinds)
        rollout = roll_out(session, artifacts, chosen, asked, now)
        return _lines(session, standing_of(session, rollout), now)

    return "\n".join(office.write(write))


@commands.command("assign")
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
    from cloud_hub.fleet.rollouts.acts import assign_by_hand, require_one_may
    from cloud_hub.fleet.rollouts.second_approver import kept_second_kinds

    if (version is None) != remove:
        raise typer.BadParameter("give --version N, or --remove", param_hint="--version")
    _require_devices(device, store, device_kind)
    choice = DeviceChoice(device_ids=device or (), store_id=store, kind=device_kind, share=share)
    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir)
        desired = DesiredVersion(name=name, version=version, by=ACTOR)

        def write(session: "Session") -> list[str]:
            kinds = kept_second_kinds(session)
            require_one_may(artifacts, office.tenant_id, desired, kinds)
            chosen = choose_devices(session, office.tenant_id, choice)
            assign_by_hand(session, artifacts, chosen, desired, office.clock.now())
            return [one.device_id for one in chosen]

        told = office.write(write)
    what = f"version {version}" if version is not None else "none"
    typer.echo(f"{name}: {what} wanted of {len(told)} devices: {', '.join(told)}")


@commands.command("waves")
def waves(data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None) -> None:
    """How each roll-out stands and what it waits for, which devices cannot take the version, and on
    which days nothing new is asked."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.fleet.rollouts.freezes import freezes
    from cloud_hub.fleet.rollouts.standing import rollouts, standing_of

    with (
        open_offline_hub({"data_dir": data, "database": database}, tenant) as office,
        office.database.sessions() as session,
    ):
        now = office.clock.now()
        for rollout in rollouts(session, office.tenant_id):
            typer.echo("\n".join(_lines(session, standing_of(session, rollout), now)))
        for one in freezes(session, office.tenant_id, now):
            typer.echo(
                f"nothing new from {one.first_day} to {one.last_day}: {one.reason}"
                f" ({one.freeze_id}, {one.set_by})"
            )


@commands.command("stop")
def stop(
    name: Name, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Ask no further device of a roll-out. Those that were asked keep what they have."""
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.fleet.rollouts.keeping import STOPPED, stop_rollout

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        why = STOPPED.filled(name=ACTOR)
        office.write(lambda session: stop_rollout(session, office.tenant_id, name, why))
    typer.echo(f"{name}: no further device is asked")


@commands.command("back")
def back(
    name: Name, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Send the devices that a roll-out has asked back to what they had before, and ask no more."""
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.fleet.artifacts.artifacts import Artifacts
    from cloud_hub.fleet.rollouts.acts import send_back_as

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        artifacts = Artifacts(folder=office.settings.artifacts_dir)
        key = (office.tenant_id, name)
        office.write(lambda s: send_back_as(s, artifacts, key, ACTOR, office.clock.now()))
    typer.echo(f"{name}: those that were asked are wanted to have what they had before")


@commands.command("freeze")
def freeze(
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    reason: Annotated[str, typer.Option("--reason", help="Shown to whoever is refused.")] = "",
    lift: Annotated[str | None, typer.Option("--lift", help="End this one; see waves.")] = None,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Ask nothing new of any device on these days of the chain, both included."""
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.fleet.rollouts.freezes import NewFreeze, lift_freeze, set_freeze

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        now = office.clock.now()
        if lift is not None:
            office.write(lambda s: lift_freeze(s, office.tenant_id, lift, ACTOR, now))
            typer.echo(f"{lift}: lifted")
            return
        if first is None or last is None:
            raise typer.BadParameter("give --from and --to, or --lift", param_hint="--from")
        new = NewFreeze(first_day=first.date(), last_day=last.date(), reason=reason, by=ACTOR)
        told = office.write(
            lambda session: set_freeze(session, office.tenant_id, new, now).freeze_id
        )
    typer.echo(f"{told}: nothing new from {new.first_day} to {new.last_day}")


def _require_devices(device: list[str] | None, store: str | None, kind: str | None) -> None:
    if not (device or store or kind):
        raise typer.BadParameter("say which devices: --device, --store or --device-kind")


def _lines(session: "Session", standing: "RolloutStanding", now: datetime) -> list[str]:
    from cloud_hub.fleet.rollouts.deciding import waits_for

    rollout, next_at = standing.rollout, standing.next_at
    told = (
        f"{rollout.name} {rollout.version}  {rollout.state}: {standing.asked} of"
        f" {standing.devices} devices asked, {standing.in_use} use it,"
        f" {len(standing.problems)} cannot"
    )
    if next_at is not None:
        told += f"; next wave not before {next_at.isoformat(timespec='minutes')}"
    why = rollout.why or waits_for(session, rollout, now)
    lines = [told + (f"; {why.text('en')}" if why is not None else "")]
    return lines + [f"  {device}: {problem}" for device, problem in standing.problems.items()]
