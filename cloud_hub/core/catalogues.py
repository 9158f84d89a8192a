"""The languages people may read in: English, in which every sentence of ours is written, and each
that has a catalogue. Adding one adds a catalogue, and no code."""

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from babel.core import Locale, UnknownLocaleError

LOCALES: Final = Path(__file__).parents[1] / "web" / "locale"
DOMAIN: Final = "console"
ENGLISH: Final = "en"


@cache
def languages() -> tuple[str, ...]:
    """The tags of the languages there are: English first."""
    compiled = LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return (ENGLISH, *sorted(file.parents[1].name.replace("_", "-") for file in compiled))


def known_language(asked: str) -> str | None:
    """The language there is for a tag: itself, else its base, else another kind of it; or None."""
    tags = {tag.lower(): tag for tag in reversed(languages())}
    base = asked.lower().partition("-")[0]
    kin = next((tag for low, tag in tags.items() if low.partition("-")[0] == base), None)
    return tags.get(asked.lower()) or tags.get(base) or kin


def first_known(asked: Iterable[str]) -> str:
    """The language there is for the first tag that has one; English where none has."""
    return next((known for tag in asked if (known := known_language(tag))), ENGLISH)


@cache
def catalogue_of(language: str) -> gettext.NullTranslations:
    """The translations into a language; what is missing there stays English."""
    return gettext.translation(
        DOMAIN, LOCALES, languages=[language.replace("-", "_")], fallback=True
    )


@cache
def locale_of(language: str) -> Locale:
    """How a language writes numbers and days (Unicode CLDR); as English where CLDR has it not."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale(ENGLISH)


def language_name(language: str) -> str:
    """What a language calls itself: español."""
    return locale_of(language).get_display_name(language.replace("-", "_")) or language
