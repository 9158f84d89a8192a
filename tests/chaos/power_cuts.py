"""A shop whose power may go: a till that is asked for sales, and a cooler that takes photos, real
agents with a real hub, each of which dies where a test says."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import httpx
import numpy as np
import sqlalchemy as sa

from cloud_hub.core.storage.database import open_database
from cloud_hub.link.tables import MediaUpload
from cloud_hub.sales.tables import Receipt
from cloud_hub.shelf.tables import ShelfObservation
from sync.core.failpoints import Failpoint
from tests.chaos.scene import PATIENCE_S, process
from tests.chaos.setups import Setup
from tests.stage.servers import unused_port
from tests.talking_device import COLA

TILL = """
tenant_id = "linguang"
store_id = "s02"
device_id = "s02-till"
kind = "till"
claim_token = "claim-token-s02-till"
reconnect_cap_s = 1.0
[till]
port = {port}
"""
COOLER = """
tenant_id = "linguang"
store_id = "s02"
device_id = "s02-cooler"
kind = "cooler"
claim_token = "claim-token-s02-cooler"
reconnect_cap_s = 1.0
[[fixtures]]
fixture_id = "s02-a"
letter = "A"
name = {{ en = "Cooler", zh = "冷柜" }}
kind = "cooler-upright"
rows = 2
columns = 3
[[cameras]]
camera_id = "cooler-a"
width_px = 1280
height_px = 960
source = {{ kind = "image-folder", address = "photos" }}
[[cameras.shelves]]
fixture_id = "s02-a"
corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
"""
KILLED = -9


@dataclass
class Shop:
    """The agents of one shop in the folder of a test."""

    setup: Setup
    till_port: int = field(default_factory=unused_port)

    def __post_init__(self) -> None:
        self.photos.mkdir()
        self._profile("till").write_text(TILL.format(port=self.till_port), encoding="utf-8")
        self._profile("cooler").write_text(COOLER.format(), encoding="utf-8")

    @property
    def photos(self) -> Path:
        return self.setup.folder / "photos"

    def data(self, kind: str) -> Path:
        return self.setup.folder / kind

    def _profile(self, kind: str) -> Path:
        return self.setup.folder / f"{kind}.toml"

    @contextmanager
    def agent(self, kind: str, dies_at: Failpoint | None = None) -> Iterator[subprocess.Popen[str]]:
        """The till's or the cooler's agent, with the hub's address."""
        place = ("--profile", str(self._profile(kind)), "--data", str(self.data(kind)))
        command = ("-m", "aisle", "edge", *place, "--hub", self.setup.url)
        with process(*command, failpoint=dies_at) as running:
            yield running

    def take_photo(self, name: str, seed: int) -> None:
        """A photo of 1.5 MB, three parts of an upload, lies in the camera's folder."""
        noise = np.random.default_rng(seed).integers(0, 255, (960, 1280, 3)).astype(np.uint8)
        done, data = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, 90])
        assert done
        draft = self.photos / f"{name}.draft"
        draft.write_bytes(data.tobytes())
        draft.rename(self.photos / f"{name}.jpg")

    async def sell(self, key: str) -> str | None:
        """The receipt that the till says is recorded; None where it did not say so."""
        line = {"code": COLA, "quantity": "1", "unit_price": "3.50", "amount": "3.50"}
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            try:
                answer = await client.post(
                    f"http://127.0.0.1:{self.till_port}/v1/sales",
                    json={"lines": [line], "tenders": [{"kind": "cash", "amount": "3.50"}]},
                    headers={"Idempotency-Key": key},
                )
            except httpx.TransportError:
                return None
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["event"])

    async def sell_surely(self, key: str) -> str:
        """As a POS does: the same request again until it is answered."""
        async with asyncio.timeout(PATIENCE_S):
            while (event := await self.sell(key)) is None:
                await asyncio.sleep(0.1)
        return event


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHub:
    """What the hub's database holds of the shop."""

    receipts: list[str]
    observed: int
    pictures: dict[str, bool]


def at_hub(setup: Setup) -> AtHub:
    url = setup.database(setup.hub_folder) or f"sqlite:///{setup.hub_folder / 'hub.db'}"
    database = open_database(url)
    try:
        with database.sessions() as session:
            receipts = session.scalars(sa.select(Receipt.sequence)).all()
            observed = session.scalar(sa.select(sa.func.count()).select_from(ShelfObservation))
            uploads = session.scalars(sa.select(MediaUpload)).all()
            return AtHub(
                receipts=[str(sequence) for sequence in receipts],
                observed=observed or 0,
                pictures={one.sha256: one.stored_at is not None for one in uploads},
            )
    finally:
        database.close()


async def audit(setup: Setup) -> dict:
    """The hub's own account of every device, as `aisle audit` tells it."""
    place = ("--data", str(setup.hub_folder))
    if (url := setup.database(setup.hub_folder)) is not None:
        place += ("--database", url)

    def ask() -> dict:
        with process("-m", "aisle", "audit", "--json", *place) as running:
            assert running.stdout is not None
            return json.loads(running.stdout.read())

    return await asyncio.to_thread(ask)
