"""The console's words for translators: `python -m cloud_hub.web.catalogue` brings console.po up
to date with the pages and compiles it. Development only; needs nothing but babel."""

import io
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from cloud_hub.web.words import DOMAIN, LOCALES

PAGES: Final = Path(__file__).parents[1]
TRANSLATED: Final = ("zh",)
KEYWORDS: Final = {"words": None, "self": None}


def messages() -> Catalog:
    """Every message that a page asks for: the first argument of each `words(…)`, and of `self(…)`
    in words.py itself."""
    found = Catalog(project="AisleOS", charset="utf-8", fuzzy=False)
    keywords = dict.fromkeys(KEYWORDS, (1,))
    for file, line, message, comments, _ in extract_from_dir(
        PAGES, method_map=[("**.py", "python")], keywords=keywords
    ):
        found.add(message, None, [(file, line)], auto_comments=comments)
    return found


def po_file(language: str) -> Path:
    """Where a language's translations stand."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str) -> Catalog:
    """The translations as they stand; empty where the file is missing."""
    file = po_file(language)
    if not file.exists():
        return Catalog(locale=language, charset="utf-8")
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def bring_up_to_date(language: str) -> list[str]:
    """Writes .po and .mo. Returns the messages that still want a translation."""
    catalogue = read_catalogue(language)
    catalogue.update(messages(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "AisleOS console", "1"
    catalogue.header_comment = f"# The console's words in {language}. Edit the msgstr lines only."
    file = po_file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(
            opened, catalogue, width=100, sort_output=True, no_location=True, omit_header=False
        )
    file.with_suffix(".mo").write_bytes(compiled(catalogue))
    return [str(message.id) for message in catalogue if message.id and not message.string]


def main() -> None:
    """Brings every language up to date, and says what is missing."""
    for language in TRANSLATED:
        missing = bring_up_to_date(language)
        print(f"{language}: {len(missing)} messages want a translation")
        for message in missing:
            print(f"  {message}")


if __name__ == "__main__":
    main()
