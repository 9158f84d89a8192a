"""The door: name, password, one clear line when it stays shut."""

from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.bar import languages
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.words import Words


def login_page(words: Words, *, problem: str, seconds: str, place: str) -> Markup:
    """The form. `problem` is why the last try failed, `place` where to go afterwards."""
    return el(
        "main",
        el(
            "form",
            el("div", el("span", class_="mark"), languages(words), class_="door-head"),
            el("h1", "AisleOS"),
            el("p", words("The operating system of your stores"), class_="quiet"),
            _problem(problem, seconds, words),
            _field("name", words("Login"), "text", "username"),
            _field("password", words("Password"), "password", "current-password"),
            el("input", type="hidden", name="next", value=place),
            el("button", words("Sign in"), type="submit", class_="button button-wide"),
            method="post",
            action="/login",
            class_="door-card",
        ),
        id="content",
        class_="door",
    )


def _field(name: str, label: str, kind: str, autocomplete: str) -> Markup:
    return el(
        "label",
        el("span", label),
        el(
            "input",
            type=kind,
            name=name,
            required=True,
            autocomplete=autocomplete,
            autocapitalize="none",
            spellcheck="false",
            autofocus=name == "name",
        ),
    )


def _problem(problem: str, seconds: str, words: Words) -> Markup | None:
    said = {
        "wrong": words("Login or password is wrong."),
        "wait": words(
            "Too many tries. Wait {seconds} s, then try again.",
            seconds=seconds if seconds.isdigit() else "30",
        ),
        "other-site": words("That form came from another page. Please sign in here."),
        "late": words("That took too long. Please begin with your password again."),
        "ended": words("You were signed out. Please sign in again."),
    }.get(problem)
    if said is None:
        return None
    return el("p", icon("problem"), said, class_="door-problem", role="alert")
