"""Sentences in the console's two languages. Every sentence a person reads is built as one of these
from a template, so that the English and the Chinese always say the same thing."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The same words in English and in Chinese."""

    en: str
    zh: str

    def said_in(self, language: str) -> str:
        """The words in `language`; English where it is not Chinese."""
        return self.zh if language.startswith("zh") else self.en

    def filled(self, **values: "str | int | Text") -> "Text":
        """The template with its `{names}` filled in; a Text value gives each language its own."""
        return Text(
            en=self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in values.items()}),
            zh=_close(
                self.zh.format(**{k: v.zh if isinstance(v, Text) else v for k, v in values.items()})
            ),
        )


_HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_SPACE_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) +(?=[{_HAN}])")


def _close(words: str) -> str:
    """Chinese without the spaces that a template leaves around a Chinese name."""
    return _SPACE_BETWEEN_HAN.sub("", words)
