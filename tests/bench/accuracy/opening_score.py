"""What openings were told against what they were, by SKU and week of one cooler."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from cloud_hub.coolers.estimated_sales import LEAST_TOLD, is_too_doubtful, nine_in_ten
from simulators.render.shelves.openings import DeedKind, Opening
from vision_models.shelf.openings.changes import OpeningReading

NINE_IN_TEN = 1.645
"""Standard deviations on either side that hold nine of ten normal values."""
SAID = {"taken": "taken", "put-back": "put_back", "refilled": "refilled"}
"""The reading's name of what the truth counts."""


@dataclass(slots=True)
class Tally:
    """One SKU's week in one cooler: packs, and what was said of them."""

    truth: Counter[str] = field(default_factory=Counter)
    mean: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    variance: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    untold: int = 0

    def holds(self, what: str) -> bool:
        """Whether the stated range holds the truth, to the whole pack."""
        half = NINE_IN_TEN * self.variance[what] ** 0.5
        low, high = np.floor(self.mean[what] - half), np.ceil(self.mean[what] + half)
        return bool(max(0.0, low) <= self.truth[what] <= high)

    def width(self, what: str) -> float:
        """The half width of the stated range."""
        return float(NINE_IN_TEN * self.variance[what] ** 0.5)

    @property
    def sold(self) -> int:
        """Packs that truly went: taken less put back."""
        return self.truth["taken"] - self.truth["put-back"]

    @property
    def sold_said(self) -> tuple[float, float]:
        """What the hub makes of it: the mean and its variance."""
        return (
            self.mean["taken"] - self.mean["put-back"],
            self.variance["taken"] + self.variance["put-back"],
        )


@dataclass(slots=True)
class CoolerWeek:
    """One cooler's week: the SKUs by GTIN, and how many lanes could be judged."""

    skus: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    lanes: int = 0
    told_lanes: int = 0
    openings: int = 0

    def note(self, opening: Opening, seen: OpeningReading | None) -> None:
        """Adds one opening's truth and what was said of it."""
        for kind in (DeedKind.TAKEN, DeedKind.PUT_BACK, DeedKind.REFILLED):
            for gtin, count in opening.count(kind).items():
                self.skus[gtin].truth[kind.value] += count
        if seen is None:
            return
        self.openings += 1
        self.lanes += seen.lanes
        self.told_lanes += seen.told_lanes
        for change in seen.changes:
            tally = self.skus[change.gtin]
            tally.untold += change.untold
            for what, name in SAID.items():
                said = getattr(change, name)
                tally.mean[what] += said.mean
                tally.variance[what] += said.variance

    def is_told(self, tally: Tally) -> bool:
        """Whether the hub gives an estimate of a SKU: enough lanes judged, of the whole cooler and
        of its own, and a range that says something."""
        is_covered = self.lanes > 0 and self.told_lanes >= LEAST_TOLD * self.lanes
        is_hidden = tally.untold > (1 - LEAST_TOLD) * self.openings
        return is_covered and not is_hidden and not is_too_doubtful(*tally.sold_said)


def score(weeks: list[CoolerWeek]) -> dict[str, object]:
    """The figures of some weeks: by what, Σ|error| / Σ truth and the mean of |error| / truth of
    the SKU-weeks that have any; how many ranges hold the truth; how wide they are."""
    tallies = [tally for week in weeks for tally in week.skus.values()]
    both = sum(tally.truth["taken"] + tally.truth["put-back"] for tally in tallies)
    wrong = sum(
        abs(tally.mean[what] - tally.truth[what])
        for tally in tallies
        for what in ("taken", "put-back")
    )
    lanes, told = sum(week.lanes for week in weeks), sum(week.told_lanes for week in weeks)
    return {
        "sku_weeks": len(tallies),
        "told_lanes": round(told / lanes, 4) if lanes else None,
        "taken_and_put_back_error": round(wrong / both, 4) if both else None,
        **{what: _figures(tallies, what) for what in SAID},
        "sold": _sold(weeks),
    }


def _figures(tallies: list[Tally], what: str) -> dict[str, object]:
    truth = sum(tally.truth[what] for tally in tallies)
    errors = [abs(tally.mean[what] - tally.truth[what]) for tally in tallies]
    shares = [
        error / tally.truth[what]
        for error, tally in zip(errors, tallies, strict=True)
        if tally.truth[what]
    ]
    return {
        "truth": truth,
        "said": round(sum(tally.mean[what] for tally in tallies), 1),
        "error": round(sum(errors) / truth, 4) if truth else None,
        "error_mean": round(float(np.mean(shares)), 4) if shares else None,
        "held": round(float(np.mean([tally.holds(what) for tally in tallies])), 4),
        "half_width": round(float(np.mean([tally.width(what) for tally in tallies])), 2),
    }


def _sold(weeks: list[CoolerWeek]) -> dict[str, object]:
    """The hub's figure, taken less put back: how many SKU-weeks have none, the error of those that
    have one, and how many of their ranges, as the page shows them, hold the truth."""
    every = [tally for week in weeks for tally in week.skus.values()]
    given = [tally for week in weeks for tally in week.skus.values() if week.is_told(tally)]
    truth = sum(tally.sold for tally in given)
    wrong = sum(abs(tally.sold_said[0] - tally.sold) for tally in given)
    extents = [nine_in_ten(*tally.sold_said) for tally in given]
    held = [
        low - 0.5 <= tally.sold <= high + 0.5
        for tally, (low, high) in zip(given, extents, strict=True)
    ]
    return {
        "no_estimate": round(1.0 - len(given) / len(every), 4) if every else None,
        "truth": truth,
        "said": round(sum(tally.sold_said[0] for tally in given), 1),
        "error": round(wrong / truth, 4) if truth else None,
        "held": round(float(np.mean(held)), 4) if held else None,
    }
