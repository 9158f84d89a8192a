"""Websocket talks that try the console: every act with odd fields, and messages that are none."""

import json
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from random import Random
from typing import Any, get_args
from urllib.parse import quote

from cloud_hub.register import ACTIONS, SCREENS
from cloud_hub.web.actions import Action
from cloud_hub.web.forms.fields import FieldKind, FormField, fields_of
from cloud_hub.web.live.shell import MARK
from tests.small_chain import TENANT
from tests.stage.odd.every_kind import ODD
from tests.stage.odd.raw_socket import RawTalk
from tests.stage.odd.spoilt import spoilt
from tests.stage.odd.strange_requests import TEXTS

KNOWN = (
    *(
        TENANT,
        "s01",
        "s02",
        "s01-till",
        "s01-shelf",
        "shelf-1",
        "spring",
        "p-1",
        "head-office",
        "it",
    ),
    *("till", "camera", "cooler", "cart", "store", "brand", "technician", "en", "zh", "es", "CNY"),
    *("Asia/Shanghai", "Europe/Berlin", "09529000090015", "9529000090015", "new-1", "new-2", "1"),
    *("restart:", "photo:", "done", "not-possible", "add", "remove", "change", "close", "open"),
    *("07:00", "23:59", "00:00", "2026-03-04", "2026-03-05", "3.50", "0", "2", "10", "kg", "each"),
    *("Cola", "可乐", "a@example.org", "+8613800138000", "long enough", "https://example.org/x"),
)
ODD_TEXTS = (
    *(text for text in TEXTS if "\ud800" not in text),
    *("\u202e<b>", "🦊" * 60, "24:00", "12:00:00+08:00", "9999-12-31", "0000-00-00", "1e5", "１２"),
    *(
        "-0",
        "NaN",
        "Infinity",
        "1e999",
        "0x10",
        "1_000",
        "\u200b",
        "a\nb",
        "=1+1",
        "'--",
        "%s%n",
        "{}",
    ),
    *("x" * 200, "x" * 201, "x" * 60_000, "[]", "{}", '{"a": 1}', "[" * 3000, "on", "null"),
)
OF_NAME: dict[str, tuple[str, ...]] = {
    "store_id": ("s01", "s02", "s03"),
    "device_id": ("s01-shelf", "s01-till", "s01-till-2", "s02-door"),
    "fixture_id": ("s01-a", "s02-a", ""),
    "slot_id": ("A-1-1", "A-2-3"),
    "state": ("change", "new", "edit", "add"),
    "stay": ("retire", "come-back", "go"),
    "command": ("restart:", "photo:", "doctor:", "show-log:"),
    "answer": ("done", "not-possible", "yes", "no"),
    "hours": ("8", "mo-fr 07:00-22:00", "07:00-23:00", "1"),
    "exceptions": ("", "2026-12-25 closed", "2026-12-24 07:00-14:00"),
    "time_zone": ("Asia/Shanghai", "Etc/GMT-8"),
    "login_name": ("anna", "bob", "office-2"),
    "password": ("long enough", "long enough too"),
    "role": ("head-office", "store", "brand", "technician", "it", "regional"),
    "bound_to": ("", "s01", "spring", "s01,s02"),
    "change": ("disable", "enable", "remove"),
    "hub_url": ("https://hub.example", "http://127.0.0.1:8080", "https://hub.example:8443/x"),
}
OF_KIND: dict[FieldKind, tuple[str, ...]] = {
    FieldKind.NUMBER: ("0", "1", "-1", "100", "2147483648", "9223372036854775808", "1.5", "٣"),
    FieldKind.DECIMAL: ("0", "3.50", "-1", "1e30", "0.00001", "NaN", "3,50"),
    FieldKind.DATE: (
        "2026-03-04",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "20260304",
        "2026-W10-3",
    ),
    FieldKind.TIME: ("07:30", "24:00", "23:59:59.999999", "07:30+14:00", "T07", "7:30"),
    FieldKind.CHECKBOX: ("on", ""),
}


def talk(rng: Random, cookies: Sequence[str]) -> RawTalk:
    """One tab: mostly one that is let in, with up to six messages."""
    query = f"at={_at(rng)}&mark={MARK}&drawing={rng.choice(('', 'x', '%00', '9' * 200))}"
    headers = [(b"origin", b"http://hub"), (b"cookie", rng.choice(cookies).encode())]
    if rng.random() < 0.05:
        query = rng.choice(("", query[:20], f"at={'x' * 5000}", f"{query}&{query}", "%ff=%fe&&&="))
    if rng.random() < 0.05:
        name = rng.choice((b"origin", b"cookie", b"accept-language", b"host"))
        text = rng.choice(TEXTS).encode("latin-1", "replace")
        headers = [*(one for one in headers if one[0] != name), (name, text)]
    if rng.random() < 0.1:
        role = rng.choice(("store:s01", "brand:spring", "technician", "store:", "it:x", "\xff"))
        headers.append((b"cookie", f"aisle_see_as={role}".encode("latin-1")))
    if rng.random() < 0.3:
        language = rng.choice(("zh", "es", "en", "xx", "zh-Hant", "9" * 300))
        headers.append((b"accept-language", language.encode()))
    messages = [_message(rng) for _ in range(rng.randint(1, 6))]
    return RawTalk(query=query.encode(), headers=tuple(headers), messages=messages)


def _at(rng: Random) -> str:
    path = rng.choice(SCREENS).path
    parts = [
        quote(rng.choice((*KNOWN, *KNOWN, *TEXTS)), safe="", errors="replace")
        if part.startswith("{")
        else part
        for part in path.split("/")
    ]
    query = ""
    if rng.random() < 0.2:
        query = f"?{rng.choice(('store', 'from', 'to', 'q', 'day'))}={quote(rng.choice(KNOWN))}"
    return quote("/".join(parts) + query, safe="")


def _message(rng: Random) -> str | bytes:
    what = rng.random()
    sound = json.dumps(_act(rng))
    if what < 0.94:
        return sound
    if what < 0.97:
        return spoilt(rng, sound.encode()).decode("utf-8", "replace")
    odd: tuple[Any, ...] = (
        *("", "null", "[]", "[" * 60_000, "9" * 5000, '{"id": 1e400}', '{"a":' * 5000),
        *(b"", b"\xff\xfe", sound.encode(), b"\0" * 1000),
        json.dumps(_act(rng) | {rng.choice(("id", "act", "fields", "more")): rng.choice(ODD)}),
    )
    return odd[rng.randrange(len(odd))]


def _act(rng: Random) -> dict[str, Any]:
    action = rng.choice(ACTIONS)
    fields = {one.name: _text(rng, one, action) for one in fields_of(action.form)}
    for name in list(fields):
        if rng.random() < 0.05:
            del fields[name]
    fields |= {"_form": rng.choice(("", "f", "\0")), "_at": rng.choice(("/", "//x", ""))}
    if rng.random() < 0.02:
        fields |= {f"more-{number}": "x" for number in range(rng.choice((1, 199, 300)))}
    return {"id": rng.randint(0, 9), "act": action.name, "fields": fields}


def _text(rng: Random, field: FormField, action: Action[Any]) -> str:
    what = rng.random()
    if what < 0.25 and field.kind in OF_KIND:
        return rng.choice(OF_KIND[field.kind])
    if what < 0.7 and field.name in OF_NAME:
        return rng.choice(OF_NAME[field.name])
    if what < 0.75:
        return rng.choice(_fitting(field, action) or KNOWN)
    return rng.choice(KNOWN if what < 0.88 else ODD_TEXTS)


def _fitting(field: FormField, action: Action[Any]) -> tuple[str, ...]:
    """Values that the field's own annotation names."""
    info = action.form.model_fields.get(field.part_of or field.name)
    kinds = () if info is None else (info.annotation, *get_args(info.annotation))
    for kind in kinds:
        if hasattr(kind, "__members__"):
            return tuple(str(one.value) for one in kind)  # type: ignore[attr-defined]
        if kind in (date, time, Decimal, int, float):
            return OF_KIND.get(field.kind, ())
        if isinstance(kind, str):
            return tuple(one for one in kinds if isinstance(one, str))
    return ()
