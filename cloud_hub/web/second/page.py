"""The pages of the second factor, for a telephone as well: cards with one field each."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno

from cloud_hub.access.doors.second_factor import FactorState
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """A secret that waits for its first code: as text, and as a QR code says it."""

    secret: str
    address: str


def code_page(words: Words, problem: str) -> Markup:
    """Asks for the code, after the password."""
    return _card(
        el("h1", words("One code more")),
        el(
            "p",
            words("Type the six digits that your phone shows now, or one of your recovery codes."),
            class_="quiet",
        ),
        _problem(problem),
        _form("/login/second", words("Sign in"), _code(words)),
        el("p", el("a", words("Begin again"), href="/login?problem=ended")),
    )


def set_up_page(words: Words, made: SetUp, *, action: str, problem: str) -> Markup:
    """Shows the secret, and asks for one code of it."""
    return _card(
        el("h1", words("Set up your second factor")),
        el("p", words("Scan this with an authenticator app, then type the six digits it shows.")),
        _qr(made.address, words),
        el("p", words("No camera? Type this key into the app:"), class_="quiet"),
        el("code", _in_groups(made.secret), class_="letter-id"),
        _problem(problem),
        _form(action, words("Turn it on"), _code(words)),
    )


def recovery_page(words: Words, codes: Sequence[str], goto: str) -> Markup:
    """The recovery codes, this once."""
    return _card(
        el("h1", words("Your recovery codes")),
        el(
            "p",
            words("Write them down and keep them apart from your phone. They are shown this once."),
        ),
        el("p", words("Each lets you in once when the phone is lost."), class_="quiet"),
        el("ul", [el("li", el("code", code)) for code in codes], class_="recovery-codes"),
        el("a", words("I have kept them"), href=goto, class_="button"),
    )


def account_page(words: Words, login_name: str, state: FactorState, problem: str) -> Markup:
    """One's own login: whether a second factor is on, and what can be done about it."""
    return _card(
        el("h1", words("Your login: {name}", name=login_name)),
        _problem(problem),
        _is_on(words, state) if state.is_on else _is_off(words, state),
        el("p", el("a", words("To my first page"), href="/")),
    )


def _is_off(words: Words, state: FactorState) -> Markup:
    demanded = words("Your role needs a second factor.") if state.is_demanded else None
    return el(
        "div",
        el("p", words("The second factor is off: your password alone lets you in.")),
        el("p", demanded) if demanded else None,
        _form("/account/begin", words("Set it up"), _password(words)),
    )


def _is_on(words: Words, state: FactorState) -> Markup:
    return el(
        "div",
        el("p", words("The second factor is on.")),
        el("p", words("Recovery codes left: {count}", count=str(state.recovery_left))),
        _form("/account/renew", words("Make new recovery codes"), _code(words)),
        None if state.is_demanded else _form("/account/off", words("Turn it off"), _code(words)),
    )


def _card(*parts: Markup | None) -> Markup:
    return el(
        "main",
        el("div", el("span", class_="mark"), parts, class_="door-card message"),
        id="content",
        class_="door",
    )


def _form(action: str, submit: str, field: Markup) -> Markup:
    button = el("button", submit, type="submit", class_="button button-wide")
    return el("form", field, button, method="post", action=action, class_="door-form")


def _code(words: Words) -> Markup:
    return _field(words("Code"), "code", "text", "one-time-code")


def _password(words: Words) -> Markup:
    return _field(words("Password"), "password", "password", "current-password")


def _field(label: str, name: str, kind: str, autocomplete: str) -> Markup:
    control = el(
        "input",
        type=kind,
        name=name,
        required=True,
        autocomplete=autocomplete,
        autocapitalize="none",
        spellcheck="false",
        maxlength=200,
    )
    return el("label", el("span", label), control)


def _problem(said: str) -> Markup | None:
    return el("p", icon("problem"), said, class_="door-problem", role="alert") if said else None


def _qr(text: str, words: Words) -> Markup:
    svg = segno.make(text, error="m").svg_inline(dark="#000", light="#fff", omitsize=True)
    label = words("QR code of your second factor")
    return el("div", Markup(svg), class_="qr", role="img", aria_label=label)


def _in_groups(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
