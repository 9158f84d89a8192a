"""Pages with nothing to show: no such page, not yours, no chain yet, something broke."""

from typing import Final

from cloud_hub.web.markup import Markup, el
from cloud_hub.web.words import Words


def message_page(title: str, text: str, *, link: tuple[str, str] | None = None) -> Markup:
    """One calm card. `link` is (address, words)."""
    return el(
        "main",
        el(
            "div",
            el("span", class_="mark"),
            el("h1", title),
            el("p", text),
            el("a", link[1], href=link[0], class_="button") if link else None,
            class_="door-card message",
        ),
        id="content",
        class_="door",
    )


def not_found_page(words: Words) -> Markup:
    """No such page, or nothing of that name for this login."""
    return message_page(
        words("There is nothing here"),
        words("This address leads to no page, or to something that your login does not know."),
        link=("/", words("To my first page")),
    )


def not_yours_page(words: Words) -> Markup:
    """A page that this role does not have."""
    return message_page(
        words("This page is not for your login"),
        words("Ask your head office if you need it; what you see here is what your role needs."),
        link=("/", words("To my first page")),
    )


def broken_page(words: Words) -> Markup:
    """The page could not be drawn."""
    return message_page(
        words("This page could not be drawn"),
        words("The hub goes on collecting; the log says what happened. Try again in a moment."),
        link=("/", words("To my first page")),
    )


COMMANDS: Final = (
    "aisle master-data load CHAIN.json",
    "aisle login add NAME --role head-office",
    "aisle demo",
)


def first_run_page(words: Words) -> Markup:
    """What to do while the hub knows no chain."""
    steps = (
        words("Tell this hub about your stores, products and devices:"),
        words("Make the first login, then reload this page:"),
        words("Or just look around: stop this hub and start the demonstration chain instead."),
    )
    return el(
        "main",
        el(
            "div",
            el("span", class_="mark"),
            el("h1", words("This hub knows no stores yet")),
            el("p", words("It is running and waiting. Two commands fill it.")),
            el(
                "ol",
                [
                    el("li", el("p", step), el("pre", command))
                    for step, command in zip(steps, COMMANDS, strict=True)
                ],
                class_="first-steps",
            ),
            class_="door-card message",
        ),
        id="content",
        class_="door",
    )
