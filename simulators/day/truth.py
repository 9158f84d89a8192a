"""What really happened in the simulated chain, written beside its data to score the product by."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from simulators.core.clock import DemoTime
from simulators.day.footfall import DoorMinute
from simulators.day.photos import PhotoDue
from simulators.day.problems import Problem
from sync.events import Receipt, ReceiptType

TRUTH_FILE = "truth.json"


@dataclass(slots=True, kw_only=True)
class DayTruth:
    """True figures of one store's day so far. `lost_minutes` are minutes that the door counted and
    then gave up; their entries are in `entries`, and in `entries_lost`."""

    entries: int = 0
    exits: int = 0
    staff: int = 0
    minutes: int = 0
    lost_minutes: int = 0
    entries_lost: int = 0
    sales: int = 0
    returns: int = 0
    lines: int = 0
    gross_sales: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)

    @property
    def net_sales(self) -> Decimal:
        """Sales less returns."""
        return self.gross_sales - self.returned


@dataclass(slots=True, kw_only=True)
class Truth:
    """Everything true of one run: days by store, photos, planted problems, events by device."""

    seed: int
    time: DemoTime
    tenant_id: str
    stores: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    days: dict[tuple[str, date], DayTruth] = field(default_factory=dict)
    photos: list[PhotoDue] = field(default_factory=list)
    produced: dict[str, dict[str, int]] = field(default_factory=dict)
    stock: dict[str, dict[str, dict[str, Decimal]]] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)

    def day(self, store_id: str, day: date) -> DayTruth:
        """A store's day, empty at first."""
        return self.days.setdefault((store_id, day), DayTruth())

    def add_receipt(self, store_id: str, receipt: Receipt) -> None:
        """A receipt that a till has recorded."""
        figures = self.day(store_id, receipt.business_day)
        value = sum((line.amount for line in receipt.lines), Decimal(0))
        figures.lines += len(receipt.lines)
        if receipt.type is ReceiptType.RETURN:
            figures.returns += 1
            figures.returned -= value
        else:
            figures.sales += 1
            figures.gross_sales += value

    def add_minutes(self, store_id: str, day: date, minutes: list[DoorMinute]) -> None:
        """Minutes that a door has counted."""
        figures = self.day(store_id, day)
        for minute in minutes:
            figures.entries += minute.entries
            figures.exits += minute.exits
            figures.staff += minute.staff
            figures.minutes += 1

    def lose_minutes(self, store_id: str, day: date, minutes: list[DoorMinute]) -> None:
        """Minutes counted before, of which no event will ever arrive."""
        figures = self.day(store_id, day)
        figures.lost_minutes += len(minutes)
        figures.entries_lost += sum(minute.entries for minute in minutes)

    def as_json(self) -> dict[str, object]:
        """The document."""
        return {
            "tenant": self.tenant_id,
            "seed": self.seed,
            "started_at": self.time.started_at.isoformat(),
            "time_zone": self.time.zone_name,
            "today": self.time.today.isoformat(),
            "problems": [_problem(problem) for problem in self.problems],
            "facts": self.facts,
            "stores": {
                store_id: {
                    day.isoformat(): _figures(figures)
                    for (of_store, day), figures in sorted(self.days.items())
                    if of_store == store_id
                }
                for store_id in self.stores
            },
            "photos": [_photo(photo) for photo in self.photos],
            "stock": {
                store_id: {
                    gtin: {place: str(quantity) for place, quantity in places.items()}
                    for gtin, places in products.items()
                }
                for store_id, products in self.stock.items()
            },
            "produced": self.produced,
        }

    def write(self, folder: Path) -> Path:
        """The document in `folder`, whole or not at all."""
        path = folder / TRUTH_FILE
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(path)
        return path


def _figures(figures: DayTruth) -> dict[str, object]:
    plain = {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(figures).items()
    }
    return plain | {"net_sales": str(figures.net_sales)}


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "row": problem.row,
        "title": problem.title,
        "stores": list(problem.stores),
        "pages": list(problem.pages),
    }


def _photo(photo: PhotoDue) -> dict[str, object]:
    facings = Counter(gtin for gtin in photo.slots.values() if gtin is not None)
    return {
        "store": photo.store_id,
        "fixture": photo.fixture_id,
        "taken_at": photo.taken_at.isoformat(),
        "slots": photo.slots,
        "facings": dict(facings),
        "empty": list(photo.empty),
        "misplaced": list(photo.misplaced),
        "unlisted": list(photo.unlisted),
    }
