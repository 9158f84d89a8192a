"""The bar above every page: chain, simulation marks, where one can go, as whom one looks."""

from collections.abc import Iterable
from typing import Final

from cloud_hub.access.permissions import Permission
from cloud_hub.core import catalogues
from cloud_hub.core.text import Text
from cloud_hub.web.frame import FrameView
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.reader import Reader
from cloud_hub.web.roles import landing, role_name
from cloud_hub.web.screen import MenuEntry
from cloud_hub.web.visit import Visit
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole

SHORT_NAME: Final = Text("EN")
"""What the bar calls a language, in that language."""


def bar(visit: Visit, frame: FrameView, reader: Reader, menu: Iterable[MenuEntry]) -> Markup:
    """The bar above the page where the reader is."""
    return el(
        "header",
        el("a", reader.words("Skip to the content"), href="#content", class_="skip"),
        el(
            "a",
            el("span", class_="mark", aria_hidden="true"),
            el("b", reader.words.of(frame.name)),
            href=landing(visit.viewer),
            class_="chain",
        ),
        _marks(frame, reader),
        _navigation(menu, reader),
        el(
            "div",
            _story(reader),
            _see_as(visit, frame, reader),
            languages(reader.words),
            _theme(reader),
            _account(reader),
            _leave(visit, reader),
            class_="bar-tools",
        ),
        class_="bar",
    )


def languages(words: Words) -> Markup:
    """EN | ES | 中: every language that has a catalogue, in its own words."""
    return el(
        "div",
        [
            el(
                "button",
                SHORT_NAME.text(one),
                type="button",
                lang=one,
                title=catalogues.language_name(one),
                data_language=one,
                aria_pressed="true" if one == words.language else "false",
            )
            for one in catalogues.languages()
        ],
        class_="languages",
        role="group",
        aria_label=words("Language"),
    )


def _marks(frame: FrameView, reader: Reader) -> Markup | None:
    if not frame.simulated:
        return None
    offset = reader.now.astimezone(frame.zone).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    return el(
        "div",
        el("span", reader.words("Simulated"), class_="badge"),
        el(
            "span",
            reader.words("Demo time"),
            " ",
            el("time", reader.words.clock(reader.now), data_clock=minutes, data_age=True),
            class_="demo-time",
        ),
        class_="marks",
    )


def _navigation(entries: Iterable[MenuEntry], reader: Reader) -> Markup:
    links = [
        el(
            "a",
            entry.title,
            href=entry.address,
            aria_current="page" if reader.here == entry.address else None,
        )
        for entry in entries
    ]
    return el("nav", links, class_="navigation", aria_label=reader.words("Pages"))


def _story(reader: Reader) -> Markup | None:
    if not reader.viewer.may(Permission.SEE_HOME):
        return None
    said = reader.words("60-second story")
    return el(
        "a", icon("play"), el("span", said), href="/?story=1", class_="story-link", title=said
    )


def _see_as(visit: Visit, frame: FrameView, reader: Reader) -> Markup | None:
    if not visit.signed_in.may(Permission.SEE_AS_OTHERS):
        return None
    words = reader.words
    choices = [
        (LoginRole.HEAD_OFFICE.value, role_name(LoginRole.HEAD_OFFICE, words)),
        *(
            (
                f"{LoginRole.BRAND.value}:{brand.identity}",
                f"{words('Brand')} {words.of(brand.name)}",
            )
            for brand in frame.brands
        ),
        *(
            (
                f"{LoginRole.STORE.value}:{store.identity}",
                f"{words('Store')} {words.of(store.name)}",
            )
            for store in frame.stores
        ),
        (LoginRole.TECHNICIAN.value, role_name(LoginRole.TECHNICIAN, words)),
        (LoginRole.IT.value, role_name(LoginRole.IT, words)),
    ]
    viewer = visit.viewer
    scope = viewer.brand_id or viewer.only_store
    now = f"{viewer.role.value}:{scope}" if scope else viewer.role.value
    return el(
        "details",
        el("summary", icon("eye"), _seen_name(choices, now), title=words("See it as")),
        el(
            "div",
            el("p", words("See it as"), class_="quiet"),
            [
                el(
                    "button",
                    name,
                    type="button",
                    data_see_as=value,
                    aria_pressed="true" if value == now else "false",
                )
                for value, name in choices
            ],
            class_="menu",
        ),
        class_="see-as" if viewer == visit.signed_in else "see-as see-as-other",
        data_menu=True,
    )


def _seen_name(choices: list[tuple[str, str]], now: str) -> Markup:
    return el("span", next((name for value, name in choices if value == now), now))


def _theme(reader: Reader) -> Markup:
    said = reader.words("Light or dark")
    return el(
        "button",
        icon("moon"),
        type="button",
        class_="icon-button",
        data_theme_switch=True,
        aria_label=said,
        title=said,
    )


def _account(reader: Reader) -> Markup:
    said = reader.words("Your login")
    return el("a", icon("key"), href="/account", class_="icon-button", aria_label=said, title=said)


def _leave(visit: Visit, reader: Reader) -> Markup:
    said = reader.words("Sign out {name}", name=visit.signed_in.login_name)
    return el(
        "form",
        el(
            "button",
            icon("leave"),
            type="submit",
            class_="icon-button",
            aria_label=said,
            title=said,
        ),
        method="post",
        action="/logout",
    )
