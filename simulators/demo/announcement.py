"""What a demonstration tells people and programs: address, logins, a read token, its files."""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table

from simulators.core.logins import DemoLogin
from simulators.day.truth import TRUTH_FILE

DEMO_FILE = "demo.json"
PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The content of demo.json. `ready` turns true when the history is in; `clock_ahead_s` is how
    far its clock is ahead of the machine's."""

    url: str
    mqtt: str
    token: str
    logins: tuple[DemoLogin, ...]
    time_zone: str
    started_at: str
    clock_ahead_s: float
    seed: int
    stores: tuple[str, ...]
    apis: dict[str, str]
    pages: dict[str, str]
    ready: bool = False

    def when_ready(self, apis: dict[str, str], pages: dict[str, str]) -> "Announcement":
        """The same once everything runs, with the addresses of tills, carts and local pages."""
        return replace(self, ready=True, apis=apis, pages=pages)

    def as_json(self, root: Path) -> dict[str, object]:
        """The document."""
        return {
            "ready": self.ready,
            "url": self.url,
            "mqtt": self.mqtt,
            "token": self.token,
            "logins": [
                {
                    "role": login.role.value,
                    "login": login.name,
                    "password": login.password,
                    "scope": login.scope_id,
                }
                for login in self.logins
            ],
            "time_zone": self.time_zone,
            "started_at": self.started_at,
            "clock_ahead_s": self.clock_ahead_s,
            "seed": self.seed,
            "stores": list(self.stores),
            "apis": self.apis,
            "pages": self.pages,
            "data": str(root),
            "truth": str(root / TRUTH_FILE),
            "logs": str(root / "logs"),
        }


def write_announcement(root: Path, announcement: Announcement) -> Path:
    """demo.json in `root`, readable by this user alone, whole or not at all."""
    path = root / DEMO_FILE
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(announcement.as_json(root), file, ensure_ascii=False, indent=1)
    draft.replace(path)
    return path


def login_table(announcement: Announcement) -> Table:
    """The logins for a terminal."""
    table = Table(title=f"Log in at {announcement.url}", title_justify="left")
    for heading in ("Role", "Login", "Password", "Sees"):
        table.add_column(heading, no_wrap=True)
    for login in announcement.logins:
        table.add_row(login.role.value, login.name, login.password, login.scope_id or "all")
    return table
