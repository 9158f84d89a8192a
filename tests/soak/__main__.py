"""`make soak`: seeded faults over a fleet for a given time, one line a minute, then the audit.

Ends with one JSON object; exit 1 if a single event is not accounted for. What the programs said is
in `programs.log` of the folder that the first line names.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from sqlalchemy.exc import DBAPIError

from cloud_hub.core.storage.database import Database, open_database
from tests.chaos.setups import Way
from tests.soak.books import Lag, Totals, problems, received, totals
from tests.soak.faults import Faults
from tests.soak.plant import Plant, plant

LOOKED_S = 2.0
QUIET_S = 10.0
DRAIN_S = 300.0
"""After the last fault everything must be at the hub within this time."""


def say(text: str) -> None:
    """To whoever started the soak; the programs' own words go to the log."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Soak:
    """One run."""

    def __init__(self, made: Plant, database: Database, rng: Random) -> None:
        self._plant = made
        self._database = database
        self._faults = Faults(made, rng)
        self._lag = Lag()
        self._began_s = time.monotonic()
        self._lag_s = 0.0

    async def run(self, minutes: float) -> list[str]:
        """Every problem found."""
        breaking = asyncio.create_task(self._faults.run())
        told = 0
        try:
            while (passed_s := time.monotonic() - self._began_s) < minutes * 60:
                await asyncio.sleep(LOOKED_S)
                if breaking.done():
                    break
                await self._faults.watch()
                found = await self._look()
                if passed_s >= 60 * (told + 1):
                    told += 1
                    await self._say(found)
        finally:
            breaking.cancel()
            with suppress(asyncio.CancelledError):
                await breaking
        await self._faults.watch()
        self._plant.finish()
        return await self._drained()

    def _outboxes(self) -> dict[str, Path]:
        return {name: self._plant.outbox(name) for name in self._plant.names}

    async def _look(self) -> Totals:
        found = await asyncio.to_thread(totals, list(self._outboxes().values()))
        self._lag_s = self._lag.note(time.monotonic(), found)
        return found

    async def _say(self, found: Totals) -> None:
        minute = round((time.monotonic() - self._began_s) / 60)
        try:
            here = f"{await asyncio.to_thread(received, self._database):,}"
        except DBAPIError:
            here = "(the database is away)"
        say(
            f"minute {minute:3}  produced {found.produced:,}  received {here}"
            f"  lost {found.lost:,}  waiting {found.waiting:,}"
            f"  faults {sum(self._faults.done.values())}  lag {self._lag_s:.1f} s"
        )

    async def _drained(self) -> list[str]:
        """Nothing waits and nothing new comes for a while, or the time is over."""
        until_s = time.monotonic() + DRAIN_S
        before, since_s = await self._look(), time.monotonic()
        while time.monotonic() < min(until_s, since_s + QUIET_S):
            await self._faults.watch()
            await asyncio.sleep(LOOKED_S)
            found = await self._look()
            if found.waiting or found != before:
                before, since_s = found, time.monotonic()
        found = await asyncio.to_thread(problems, self._database, self._outboxes())
        return self._faults.problems + found

    async def summary(self) -> dict[str, object]:
        found = await self._look()
        return {
            "produced": found.produced,
            "received": await asyncio.to_thread(received, self._database),
            "lost": found.lost,
            "waiting": found.waiting,
            "faults": dict(sorted(self._faults.done.items())),
            "lag_max_s": round(self._lag.longest_s, 1),
        }


async def soak(given: argparse.Namespace, way: Way, folder: Path) -> bool:
    """Whether every event is accounted for."""
    rng = Random(f"{given.seed} {way}")
    async with plant(way, folder, given.devices, given.seed) as made:
        url = made.setup.database(made.setup.hub_folder)
        database = open_database(url or f"sqlite:///{made.setup.hub_folder / 'hub.db'}")
        try:
            one = Soak(made, database, rng)
            found = await one.run(given.minutes)
            result = await one.summary()
        finally:
            database.close()
    for problem in found:
        say(f"  {problem}")
    about = {"setup": way.value, "minutes": given.minutes, "seed": given.seed}
    about |= {"devices": given.devices, "balanced": not found, "problems": len(found)}
    say(json.dumps(about | result))
    return not found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--devices", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--setup", choices=[*(way.value for way in Way), "all"], default="all")
    given = parser.parse_args()
    chosen = list(Way) if given.setup == "all" else [Way(given.setup)]
    good = True
    for way in chosen:
        folder = Path(tempfile.mkdtemp(prefix="aisle-soak-"))
        folder.chmod(0o755)
        say(f"{way.value}: {given.devices} devices, seed {given.seed}, in {folder}")
        log = os.open(folder / "programs.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, sys.stderr.fileno())
        try:
            good &= asyncio.run(soak(given, way, folder))
        except BaseException as error:
            say(f"the soak itself ended: {error!r}; {folder}/programs.log says where")
            raise
        if good:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
