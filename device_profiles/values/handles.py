"""What shoppers are known by, each in one spelling: the same on the device that hears it and at the
hub that looks for it. What says nothing about a person is no handle."""

import re
import unicodedata
from email.utils import parseaddr
from importlib import resources
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

_EXACT = frozenset({"openid", "unionid", "cookie", "receipt-token"})
"""Opaque codes in which upper and lower case differ. Numbers that people type do not."""
_PHONES = frozenset({"phone", "mobile", "telephone", "tel", "sms"})
_MAILS = frozenset({"email", "e-mail", "mail"})
_SEPARATED = re.compile(r"[0-9]+(?:[\s\-‐–]+[0-9]+)*")
FORM: Final = 1
"""Of these rules: what was indexed by earlier ones has to be indexed anew. 0 was what hubs of
release 0.1.0 did."""
FEWEST_DIGITS: Final = 5
"""Of a telephone number: less is a house's extension or a slip, and many people's."""

PLACEHOLDERS: Final = frozenset(
    word
    for line in (resources.files("device_profiles.values") / "placeholders.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""What people and programs write where they have nothing: without case, marks and spaces."""
_KEYBOARD_ROWS = frozenset({"0123456789", "123456789", "1234567890", "12345678", "987654321"})


def normal_form(kind: str, value: str, country: str | None = None) -> str | None:
    """One spelling for every way to write the same handle; None where it is none: nothing, or what
    people and programs write for nothing.

    Telephone numbers become E.164 by the rules of `country` (ISO 3166) where they do not say their
    own. E-mail addresses: without name and `mailto:`, in small letters, the domain as in DNS; dots
    and `+` stay. Numbers: digits alone. Other codes: without outer spaces, in small letters, but
    for opaque ones.
    """
    text = _visible(value)
    if is_placeholder(text):
        return None
    if kind in _PHONES:
        return _phone(text, country)
    if kind in _MAILS:
        return _mail(text)
    if kind in _EXACT:
        return text
    if _SEPARATED.fullmatch(text):
        return re.sub(r"[^0-9]", "", text)
    return re.sub(r"\s+", " ", text).casefold()


def is_placeholder(text: str) -> bool:
    """Whether a text says nothing: no letter or digit, only zeros, or a word for nothing."""
    said = re.sub(r"[\W_]+", "", _visible(text)).casefold()
    return not said.strip("0") or said in PLACEHOLDERS


def _visible(value: str) -> str:
    """In compatibility form, digits in ASCII, without what cannot be seen."""
    kept = (
        str(unicodedata.decimal(one)) if one.isdecimal() else one
        for one in unicodedata.normalize("NFKC", value)
        if one.isspace() or unicodedata.category(one) not in ("Cc", "Cf")
    )
    return unicodedata.normalize("NFKC", "".join(kept)).strip()


def _phone(text: str, country: str | None) -> str | None:
    number = _parsed(text, country)
    digits = re.sub(r"[^0-9]", "", text) if number is None else str(number.national_number)
    if len(digits) < FEWEST_DIGITS or len(set(digits)) == 1 or digits in _KEYBOARD_ROWS:
        return None
    return digits if number is None else _e164(number)


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    """The number; None where no country has one like it."""
    abroad = re.sub(r"^\s*\(?0\s*0\)?", "+", text)
    for spelling in dict.fromkeys((text, abroad)):
        try:
            number = phonenumbers.parse(spelling, country)
        except NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return number
    return None


def _e164(number: PhoneNumber) -> str:
    told = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{told};ext={number.extension}" if number.extension else told


def _mail(text: str) -> str | None:
    _, address = parseaddr(text.removeprefix("mailto:").removeprefix("MAILTO:"))
    local, at, domain = address.casefold().rpartition("@")
    domain = domain.rstrip(".")
    if not at or not local or "." not in domain or any(one.isspace() for one in address):
        return None
    first = domain.partition(".")[0]
    if local == first or (is_placeholder(local) and is_placeholder(first)):
        return None
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
