"""Sentences of ours. Each is an English template and what fills its blanks; a reader's catalogue
says it in the reader's language, so that every language says the same thing."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Final, TypeAlias

from babel.dates import format_date
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from cloud_hub.core.catalogues import catalogue_of, languages, locale_of
from device_profiles.names import EVERY_LANGUAGE, Names


@dataclass(frozen=True, slots=True)
class Amount:
    """A number inside a sentence, with `places` decimals, or as many as it has."""

    value: Decimal
    places: int | None = None

    def text(self, language: str) -> str:
        """12,431.5 or 12.431,5."""
        value = self.value
        said = f"{value.normalize():,f}" if self.places is None else f"{value:,.{self.places}f}"
        return said.translate(_separators(language))


@dataclass(frozen=True, slots=True)
class Day:
    """A day inside a sentence. `pattern` is CLDR's and a message of the catalogue: `d MMM`."""

    day: date
    pattern: str

    def text(self, language: str) -> str:
        """20 Nov or 11月20日."""
        pattern = catalogue_of(language).gettext(self.pattern)
        return format_date(self.day, pattern, locale_of(language))


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence: `template` is English and the key of its translations. With `many` it counts: its
    value `n` says which of the two is meant. `context` tells equal English words apart."""

    template: str
    many: str = ""
    context: str = ""
    values: tuple[tuple[str, "Filling"], ...] = ()

    def filled(self, **values: "Filling") -> "Text":
        """The sentence with its `{names}` filled in; each is told in the reader's language."""
        return replace(self, values=tuple(sorted({**dict(self.values), **values}.items())))

    def text(self, language: str) -> str:
        """The sentence in `language`; English where it is not translated."""
        values = {
            name: value if isinstance(value, str | int) else value.text(language)
            for name, value in self.values
        }
        said = self._translated(language).format(**values)
        return close_up(said) if language.startswith("zh") else said

    def _translated(self, language: str) -> str:
        catalogue = catalogue_of(language)
        if self.many:
            number = dict(self.values).get("n", 1)
            whole = number.value if isinstance(number, Amount) else number
            return catalogue.ngettext(self.template, self.many, int(str(whole)))
        if self.context:
            return catalogue.pgettext(self.context, self.template)
        return catalogue.gettext(self.template)


def in_context(context: str, template: str) -> Text:
    """A sentence whose English words elsewhere mean another thing."""
    return Text(template, context=context)


Filling: TypeAlias = str | int | Amount | Day | Text | Names
"""What may fill a blank."""
NO_WORDS: Final = Names()


def in_every_language(said: Text | Names) -> dict[str, str]:
    """The words by language tag, in every language that people may read in; of a name also in
    every other that it has."""
    others = said if isinstance(said, Names) else {}
    told = {tag: text for tag, text in others.items() if tag != EVERY_LANGUAGE}
    return told | {language: said.text(language) for language in languages()}


Said = Annotated[
    Text | Names,
    PlainValidator(lambda said: said),
    PlainSerializer(in_every_language),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}}),
]
"""Words for people, a sentence or a name. Programs get them by language tag."""

_HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_SPACE_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) +(?=[{_HAN}])")


def close_up(words: str) -> str:
    """Chinese without the spaces that a template leaves around a Chinese name."""
    return _SPACE_BETWEEN_HAN.sub("", words)


@cache
def _separators(language: str) -> dict[int, str]:
    symbols = locale_of(language).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"], "-": "−"})
