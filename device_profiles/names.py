"""Identifiers and names by language: the vocabulary every profile shares."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from device_profiles.values.bounds import UNKEEPABLE

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
"""Tenant, store, device, fixture … : fits an MQTT topic level, a path and a URL as it is."""

SlotId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}-[0-9]{1,2}-[0-9]{1,2}$")]
"""Fixture letter, row from the top, place from the left, both from 1: `A-2-3`."""

COMMON_NAME_CHARACTERS = 64
"""The most that a certificate's common name may have. Source: RFC 5280, appendix A.1."""
_HASH_CHARACTERS = 16


def certificate_name(tenant: str, device: str) -> str:
    """A device's name where certificates and brokers name it: `TENANT.DEVICE`. One too long for a
    common name is cut, and a hash of the whole stands behind `~`, which no identifier holds: so
    nobody else is called the same."""
    whole = f"{tenant}.{device}"
    if len(whole) <= COMMON_NAME_CHARACTERS:
        return whole
    kept = whole[: COMMON_NAME_CHARACTERS - _HASH_CHARACTERS - 1]
    return f"{kept}~{sha256(whole.encode()).hexdigest()[:_HASH_CHARACTERS]}"


class Profile(BaseModel):
    """Base of everything loaded from a file: closed and unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


EVERY_LANGUAGE = "und"
"""BCP 47's tag of no particular language: a name that is the same in every one."""
LANGUAGES_MOST = 50
NAME_CHARACTERS = 200
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Names(Mapping[str, str]):
    """What people call a thing, by language tag: `{"en": "Tea", "zh": "茶"}`. Never changes.

    In a file it may also be a plain text, which is then the same in every language.
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None, /, **more: str) -> None:
        self._texts = dict(sorted({**(texts or {}), **more}.items()))

    @classmethod
    def same(cls, text: str) -> "Names":
        """A text that is the same in every language: an identifier, a number."""
        return cls({EVERY_LANGUAGE: text})

    def text(self, language: str) -> str:
        """The name in `language`, or the nearest there is: in its base language, in another kind
        of it, in no particular language, in English, in the first by tag; "" where all are."""
        base = language.partition("-")[0]
        kin = [tag for tag in self._texts if tag.partition("-")[0] == base]
        order = (language, base, *kin, EVERY_LANGUAGE, "en", *self._texts)
        return next((text for tag in order if (text := self._texts.get(tag))), "")

    def __getitem__(self, tag: str) -> str:
        """The text of exactly this tag."""
        return self._texts[tag]

    def __iter__(self) -> Iterator[str]:
        """The tags, sorted."""
        return iter(self._texts)

    def __len__(self) -> int:
        """How many languages."""
        return len(self._texts)

    def __hash__(self) -> int:
        """Equal names count as one."""
        return hash(tuple(self._texts.items()))

    def __repr__(self) -> str:
        """As one would write it."""
        return f"Names({self._texts!r})"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type["Names"], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """A text or an object of texts where it is read; an object of texts where it is written."""
        return core_schema.no_info_plain_validator_function(
            _checked, serialization=core_schema.plain_serializer_function_ser_schema(dict)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same for programs that ask what the doors take."""
        texts = {"type": "object", "additionalProperties": {"type": "string"}}
        return texts if handler.mode == "serialization" else {"anyOf": [{"type": "string"}, texts]}


def _checked(told: object) -> Names:
    """The names that a file tells. Raises ValueError, which says what may stand there."""
    if isinstance(told, Names):
        return told
    if isinstance(told, str):
        return Names.same(_bounded(told))
    if not isinstance(told, Mapping) or not told:
        raise ValueError('a name is a text or texts by language: {"en": "Tea", "zh": "茶"}')
    if len(told) > LANGUAGES_MOST:
        raise ValueError(f"a name is told in at most {LANGUAGES_MOST} languages")
    for tag, text in told.items():
        if not isinstance(tag, str) or not _TAG.fullmatch(tag):
            raise ValueError(f"{tag!r} is no language tag; use one such as en, zh or pt-BR")
        if not isinstance(text, str):
            raise ValueError(f"the name in {tag!r} is not a text")
        _bounded(text)
    return Names(told)


def _bounded(text: str) -> str:
    if len(text) > NAME_CHARACTERS:
        raise ValueError(f"a name has at most {NAME_CHARACTERS} characters, not {len(text)}")
    if UNKEEPABLE.search(text):
        raise ValueError("a name holds a NUL or half a surrogate pair")
    return text
