"""The bar above every page: chain, simulation marks, where one can go, as whom one looks."""

from typing import Final

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Page
from cloud_hub.core import catalogues
from cloud_hub.core.text import Text
from cloud_hub.web.frame import FrameView
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.reader import Reader
from cloud_hub.web.roles import landing, role_name
from cloud_hub.web.visit import Visit
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole

SHORT_NAME: Final = Text("EN")
"""What the bar calls a language, in that language."""
NAVIGATION = (
    Page.HOME,
    Page.FOOTFALL,
    Page.STORE,
    Page.BRAND,
    Page.FLEET,
    Page.TASKS,
    Page.REVIEW,
    Page.STORES,
)


def bar(visit: Visit, frame: FrameView, reader: Reader, here: str) -> Markup:
    """The bar. `here` is the path of the page it stands above."""
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
        _navigation(reader, here),
        el(
            "div",
            _story(reader),
            _see_as(visit, frame, reader),
            languages(reader.words),
            _theme(reader),
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


def _navigation(reader: Reader, here: str) -> Markup:
    words = reader.words
    names = {
        Page.HOME: words("Overview"),
        Page.FOOTFALL: words("Footfall"),
        Page.STORE: words("My store"),
        Page.BRAND: words("My brand"),
        Page.FLEET: words("Devices"),
        Page.TASKS: words("Tasks"),
        Page.REVIEW: words("Review"),
        Page.STORES: words("Stores"),
    }
    links = []
    for page in NAVIGATION:
        address = _address(page, reader)
        if address is None:
            continue
        current = "page" if here == address else None
        links.append(el("a", names[page], href=address, aria_current=current))
    return el("nav", links, class_="navigation", aria_label=words("Pages"))


def _address(page: Page, reader: Reader) -> str | None:
    if page is Page.STORE:
        return reader.link(page, reader.viewer.only_store) if reader.viewer.only_store else None
    if page is Page.BRAND and reader.viewer.brand_id is None:
        return None
    return reader.link(page)


def _story(reader: Reader) -> Markup | None:
    if not reader.may_open(Page.HOME):
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
