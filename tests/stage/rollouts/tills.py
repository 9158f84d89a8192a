"""Ten tills in ten stores, one artifact in two versions, and what the tills say of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.artifacts.artifacts import Artifacts, NewVersion
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from cloud_hub.fleet.commands.shadows import ensure_shadow, shadow_of
from cloud_hub.fleet.rollouts.deciding import Decision, Surroundings, decide
from cloud_hub.fleet.rollouts.keeping import begin_rollout, carry_out
from cloud_hub.fleet.rollouts.plan import RolloutPlan
from cloud_hub.fleet.rollouts.standing import RolloutStanding, meant, standing_of
from cloud_hub.fleet.rollouts.tables import ArtifactRollout
from cloud_hub.insight.metric import Metric
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.importer import import_chain
from device_profiles.artifact import ArtifactKind
from tests.talking_device import COLA, small_chain

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PAUSE = timedelta(minutes=30)
TENANT = "linguang"
NAME = "prices/till"
KEY = (TENANT, NAME)
TILLS = DeviceChoice(kind="till")
PLAN = RolloutPlan(
    name=NAME,
    version=2,
    by="anna",
    share=0.2,
    pause_min=PAUSE.total_seconds() / 60,
    stop_above=0.1,
)


def signed(folder: Path, tenant_id: str = TENANT) -> Artifacts:
    """A price list in two versions."""
    artifacts = Artifacts(folder=folder / "artifacts")
    for version, price in ((1, "3.50"), (2, "3.60")):
        path = folder / f"prices-{version}.json"
        content = {"currency": "CNY", "prices": [{"gtin": COLA, "price": price}]}
        path.write_text(json.dumps(content), encoding="utf-8")
        new = NewVersion(path=path, name=NAME, version=version, kind=ArtifactKind.PRICE_LIST)
        artifacts.add(tenant_id, new, NOW)
    return artifacts


class Tills:
    """The chain, with a verb for everything that happens to a rollout."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.artifacts = database, signed(folder)
        with database.writing() as session:
            import_chain(session, small_chain(10))

    def begin(self, now: datetime = NOW, **changes: Any) -> None:
        plan = replace(PLAN, **changes)
        with self.database.writing() as session:
            devices = choose_devices(session, TENANT, TILLS)
            begin_rollout(session, self.artifacts, devices, plan, now)

    def decided(self, now: datetime, metrics: Mapping[str, Metric] | None = None) -> Decision:
        with self.database.sessions() as session:
            chain = read_chain(session, TENANT)
            assert chain is not None
            around = Surroundings(chain=chain, metrics=metrics or {}, now=now)
            return decide(session, session.get_one(ArtifactRollout, KEY), around)

    def advance(self, now: datetime, metrics: Mapping[str, Metric] | None = None) -> Decision:
        decision = self.decided(now, metrics)
        with self.database.writing() as session:
            rollout = session.get_one(ArtifactRollout, KEY)
            carry_out(session, self.artifacts, rollout, decision, now)
        return decision

    def standing(self) -> RolloutStanding:
        with self.database.sessions() as session:
            rollout = session.get_one(ArtifactRollout, KEY)
            standing = standing_of(session, rollout)
            session.expunge(rollout)
            return standing

    @property
    def state(self) -> str:
        return self.standing().rollout.state

    @property
    def why(self) -> str:
        why = self.standing().rollout.why
        return "" if why is None else why.text("en")

    def say(self, device_id: str, problem: str = "", version: int = 2) -> None:
        """A till says which version it uses, or why not the one that is wanted."""
        with self.database.writing() as session:
            shadow = ensure_shadow(session, TENANT, device_id)
            shadow.reported = (
                {"artifact_problems": {NAME: problem}}
                if problem
                else {"artifacts": {NAME: version}}
            )

    def wanted(self) -> dict[str, int]:
        """The version that is wanted of each till, in the order in which they are asked."""
        with self.database.sessions() as session:
            tills = [device.device_id for device in choose_devices(session, TENANT, TILLS)]
            shadows = {till: shadow_of(session, TENANT, till) for till in tills}
            return {
                till: shadow.desired["artifacts"][NAME]
                for till, shadow in shadows.items()
                if shadow and shadow.desired.get("artifacts", {}).get(NAME)
            }

    def standing_devices(self) -> list[str]:
        """The tills that the rollout means, in the order in which they are asked."""
        with self.database.sessions() as session:
            return [row.device_id for row in meant(session, TENANT, NAME)]

    def asked(self, version: int = 2) -> list[str]:
        """The tills of which the version is wanted."""
        return [till for till, wanted in self.wanted().items() if wanted == version]
