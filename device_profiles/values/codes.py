"""Codes as scanners, people and files give them: what product they name, whatever their clothes."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from biip.upc import Upc, UpcFormat
from pydantic import AfterValidator, Field

from device_profiles.values.code_layouts import DEFAULT_LAYOUTS, look_inside
from device_profiles.values.gtin import GTIN_LENGTHS, InvalidGtin, is_restricted, parse_gtin

GRAMS_PER_POUND = Decimal("453.59237")
FNC1 = "\x1d"
_FNC1_SPELLINGS = re.compile(r"<GS>|\{GS\}|<FNC1>|\{FNC1\}|\^\]|[\u241d\u00e8]", re.IGNORECASE)
_SYMBOLOGY = re.compile(r"\]([A-Za-z][0-9A-Za-z])")
_LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|.*/(01|8006)/[0-9]{8}")
_BRACKETED = re.compile(r"[(\[]\s*([0-9]{2,4})\s*[)\]]\s*")
_DASHES = re.compile(r"[\s\u2010-\u2015\u2212\-]")
_SPACED = re.compile(r"[0-9](?:[\s\u2010-\u2015\u2212\-]?[0-9])*")
_WITH_ADD_ON = re.compile(r"([0-9]{8}|[0-9]{12,13})[\s+\-]+([0-9]{2}|[0-9]{5})")
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_SPREADSHEET = re.compile(r"[='\"]*[0-9]{7,}(?:[.,]0*)?[\"']*")
_LONGEST = 400
_EAN_8, _WITH_ADD_ON_SYMBOL = "E4", "E3"
_GS1_SYMBOLS = frozenset({"C1", "e0", "e1", "e2", "e3", "d2", "Q3", "J1"})
_PERIODICALS = ("977", "978", "979")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedCode:
    """What a code says: a GTIN; or the chain's own item; with what is inside. `problem` is why
    neither could be read of what looks as if it were one: one clause for people."""

    gtin: str | None = None
    item_code: str | None = None
    weight_g: Decimal | None = None
    price: Decimal | None = None
    pieces: Decimal | None = None
    problem: str = ""


NOTHING = ScannedCode()


@lru_cache(maxsize=32_768)
def read_code(text: str, layouts: tuple[str, ...] = DEFAULT_LAYOUTS) -> ScannedCode:
    """What the code `text` means: GTINs of any length and UPC-E, with symbology prefixes, add-ons,
    spaces, hyphens and digits of other scripts; GS1 element strings with brackets, FNC1 or
    neither; Digital Links. Numbers of restricted circulation are never a GTIN: `layouts` say what
    is inside. A chain's own code means nothing here, and is no problem either."""
    plain = _plain(text)
    found = _SYMBOLOGY.match(plain)
    symbol = found[1] if found else ""
    said = plain[3:].strip() if found else plain
    if len(said) > _LONGEST:
        return ScannedCode(problem=f"a code of {len(said)} characters is none")
    if _LINK.match(said):
        return _of_link(said, layouts)
    if FNC1 in said or _BRACKETED.match(said) or symbol in _GS1_SYMBOLS:
        return _of_message(said, layouts)
    if len(said) >= 16 and said.startswith("01") and _is_sound(said[2:16]):
        return _of_message(said, layouts)
    if with_add_on := _WITH_ADD_ON.fullmatch(said):
        return _of_digits(with_add_on[1], "", layouts)
    if _SPACED.fullmatch(said):
        return _of_digits(_DASHES.sub("", said), symbol, layouts)
    return _unread(said, symbol)


def _unread(said: str, symbol: str) -> ScannedCode:
    """A chain's own code, or what a spreadsheet made of a number."""
    if _ROUNDED.fullmatch(said):
        return ScannedCode(problem=f"{said!r} was rounded by a spreadsheet: its digits are lost")
    if symbol or _SPREADSHEET.fullmatch(said):
        return ScannedCode(problem=f"{said!r} names no product")
    return NOTHING


def item_key(code: str) -> str:
    """What two spellings of the same own code have in common: case and leading zeros are none."""
    plain = _plain(code).casefold()
    return (plain.lstrip("0") or "0") if plain.isdigit() else plain


def parse_product_code(text: str) -> str:
    """The GTIN, in 14 digits, that a person or a file names a product by, in any of the spellings
    that `read_code` knows.  Raises InvalidGtin; also for a number of restricted circulation."""
    said = read_code(text)
    if said.gtin is not None:
        return said.gtin
    if said.item_code is not None:
        raise InvalidGtin(
            f"{text!r} is a number for use within a chain (restricted circulation), no GTIN; give"
            " the product another GTIN and say this one, or the item in it, as its item_code"
        )
    parse_gtin(text)
    raise InvalidGtin(said.problem or f"{text!r} is no GTIN")


ProductCode = Annotated[str, Field(max_length=_LONGEST), AfterValidator(parse_product_code)]
"""A pydantic field of what people and files say: any spelling of a GTIN, kept in 14 digits."""


def _plain(text: str) -> str:
    """In plain ASCII digits, with FNC1 as one character, and nothing that cannot be seen."""
    if text.isascii() and text.isalnum():
        return text
    marked = _FNC1_SPELLINGS.sub(FNC1, unicodedata.normalize("NFKC", text))
    kept = (
        str(unicodedata.decimal(one)) if one.isdecimal() else one
        for one in marked
        if one == FNC1 or one.isspace() or unicodedata.category(one) not in ("Cc", "Cf")
    )
    return "".join(kept).strip(" \t\r\n\v\f\u2028\u2029")


def _is_sound(digits: str) -> bool:
    try:
        parse_gtin(digits)
    except InvalidGtin:
        return False
    return True


def _of_digits(digits: str, symbol: str, layouts: tuple[str, ...]) -> ScannedCode:
    """A number by itself."""
    if symbol != _WITH_ADD_ON_SYMBOL and len(digits) in GTIN_LENGTHS and _is_sound(digits):
        restricted = is_restricted(digits.zfill(14))
        if not restricted or symbol == _EAN_8 or (whole := _upc_e(digits)) is None:
            return _of_number(digits, layouts)
        return ScannedCode(gtin=whole)
    if symbol != _EAN_8 and (whole := _upc_e(digits)) is not None:
        return ScannedCode(gtin=whole)
    base = _without_add_on(digits, symbol)
    if base is not None:
        return _of_number(base, layouts)
    if len(digits) < min(GTIN_LENGTHS) and not symbol:
        return NOTHING
    try:
        parse_gtin(digits)
    except InvalidGtin as error:
        return ScannedCode(problem=str(error))
    return _of_number(digits, layouts)


def _of_number(digits: str, layouts: tuple[str, ...]) -> ScannedCode:
    """A number whose check digit holds."""
    number = parse_gtin(digits)
    if not is_restricted(number):
        return ScannedCode(gtin=number)
    shortest = digits if len(digits) < 14 else digits.removeprefix("0")
    inside = look_inside(shortest, layouts)
    if inside is None:
        problem = f"{digits} is a number of restricted circulation, and no code layout fits it"
        return ScannedCode(item_code=shortest, problem=problem)
    return ScannedCode(
        item_code=inside.item_code,
        weight_g=inside.weight_g,
        price=inside.price,
        pieces=inside.pieces,
    )


def _upc_e(digits: str) -> str | None:
    """The GTIN that eight digits of a UPC-E stand for; None for all else. Shorter ones without
    number system and check digit are left alone: they are as well a store's own codes."""
    if len(digits) != 8 or digits[0] not in "01":
        return None
    try:
        upc = Upc.parse(digits)
    except ParseError:
        return None
    if upc.format is not UpcFormat.UPC_E:
        return None
    whole = upc.as_upc_a().zfill(14)
    return None if is_restricted(whole) else whole


def _without_add_on(digits: str, symbol: str) -> str | None:
    """The number before an add-on of two or five digits; None where there is none. Eighteen digits
    are as well a shipment's: only periodicals and books have five without being asked."""
    for base, total in ((13, 15), (12, 14), (12, 17), (13, 18)):
        if len(digits) != total or not _is_sound(digits[:base]):
            continue
        is_asked = symbol == _WITH_ADD_ON_SYMBOL or digits.startswith(_PERIODICALS)
        if is_asked or total in (15, 17) or (total == 14 and not _is_sound(digits)):
            return digits[:base]
    return None


def _of_link(said: str, layouts: tuple[str, ...]) -> ScannedCode:
    """A GS1 Digital Link."""
    address = said if "://" in said else f"https://{said.lstrip('/')}"
    try:
        parts = list(GS1DigitalLinkURI.parse(address).element_strings)
    except (ParseError, ValueError):
        parts = []
    return _of_parts(parts, layouts) or ScannedCode(problem=f"the link {said!r} names no product")


def _of_message(said: str, layouts: tuple[str, ...]) -> ScannedCode:
    """GS1 element strings, bracketed for people or with FNC1 between them."""
    try:
        if _BRACKETED.match(said):
            message = GS1Message.parse_hri(_BRACKETED.sub(r"(\1)", said))
        else:
            message = GS1Message.parse(said.strip(FNC1 + " "))
        parts = list(message.element_strings)
    except (ParseError, ValueError):
        parts = []
    if (read := _of_parts(parts, layouts)) is not None:
        return read
    # A lot number with a sign that GS1 has not, or a separator lost on the way: 01 comes first.
    first = re.match(r"\(?01\)?([0-9]{14})", _BRACKETED.sub(r"(\1)", said).lstrip(FNC1 + " "))
    if first and _is_sound(first[1]):
        return _of_number(first[1], layouts)
    return ScannedCode(problem=f"the GS1 code {said!r} names no product")


def _of_parts(parts: list[GS1ElementString], layouts: tuple[str, ...]) -> ScannedCode | None:
    told = {part.ai.ai: part for part in parts}
    named = told.get("01") or told.get("8006")
    digits = named.value[:14] if named else ""
    if not _is_sound(digits):
        return None
    read = _of_number(digits, layouts)
    weight_g = price = None
    for ai, part in told.items():
        if ai.startswith("310") and part.decimal is not None:
            weight_g = part.decimal * 1000
        elif ai.startswith("320") and part.decimal is not None:
            weight_g = part.decimal * GRAMS_PER_POUND
        elif ai.startswith("392") and part.decimal is not None:
            price = part.decimal
    return ScannedCode(
        gtin=read.gtin,
        item_code=read.item_code,
        weight_g=weight_g if weight_g is not None else read.weight_g,
        price=price if price is not None else read.price,
        pieces=read.pieces,
        problem=read.problem,
    )
