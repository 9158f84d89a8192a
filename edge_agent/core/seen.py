"""What a part sees now, as the device's own page shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing a part sees now: a bilingual label, a value, and how old it is."""

    en: str
    zh: str
    value: str
    age_s: float | None = None
