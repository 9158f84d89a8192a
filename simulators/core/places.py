"""Where a demonstration keeps what: one folder, and what lies in it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The demonstration's folders."""

    root: Path

    @property
    def hub(self) -> Path:
        """The hub's data."""
        return self.root / "hub"

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.root / "logs"

    @property
    def gallery(self) -> Path:
        """Reference pictures of the goods."""
        return self.root / "gallery"

    @property
    def scenes(self) -> Path:
        """Films of doors."""
        return self.root / "scenes"

    def device(self, name: str) -> Path:
        """A device's folder: its profile, and what its sensors and camera see."""
        return self.root / "devices" / name

    def data(self, name: str) -> Path:
        """A device's own data: its outbox and credentials."""
        return self.device(name) / "data"
