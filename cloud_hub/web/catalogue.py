"""Our words for translators: `make locale` brings each language's console.po up to date with the
pages and the sentences, and compiles it. A folder of `locale` is a language. Development only."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from cloud_hub.core.catalogues import DOMAIN, LOCALES
from sync.outbox.losses import LOSS_REASONS

UNCHANGED: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""What a catalogue says of its date, so that the same words are the same file."""
SOURCES: Final = Path(__file__).parents[1]
KEYWORDS: Final[dict[str, Any]] = {
    "words": (1,),
    "self": (1,),
    "Day": (2,),
    "in_context": ((1, "c"), 2),
    "Text": {None: (1,), 2: (1, 2), 3: (1, 2)},
}
"""Which arguments of a call are messages: one, one of one and one of many, or one in a context.
A comma after the last argument counts as one more."""


def messages() -> Catalog:
    """Every message that a page or a sentence of the hub asks for."""
    found = Catalog(project="AisleOS", charset="utf-8", fuzzy=False)
    for file, line, message, comments, context in extract_from_dir(
        SOURCES, method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        found.add(message, None, [(file, line)], auto_comments=comments, context=context)
    for reason in LOSS_REASONS.values():
        found.add(reason)
    return found


def translated() -> list[str]:
    """The languages that have a catalogue, compiled or not yet."""
    return sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir())


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
    catalogue.creation_date = UNCHANGED
    catalogue.project, catalogue.version = "AisleOS console", "1"
    catalogue.header_comment = f"# The console's words in {language}. Edit the msgstr lines only."
    file = po_file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(
            opened, catalogue, width=100, sort_output=True, no_location=True, omit_header=False
        )
    file.with_suffix(".mo").write_bytes(compiled(catalogue))
    return [str(message.id) for message in catalogue if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    """Whether every form of the message is."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)


def main() -> None:
    """Brings every language up to date, and says what is missing."""
    for language in translated():
        missing = bring_up_to_date(language)
        print(f"{language}: {len(missing)} messages want a translation")
        for message in missing:
            print(f"  {message}")


if __name__ == "__main__":
    main()
