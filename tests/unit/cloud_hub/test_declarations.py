"""What a domain has, it declares: the register is walked, and what nothing declares is found."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from fastapi import APIRouter
from pydantic import BaseModel

import cloud_hub
from cloud_hub.access.permissions import PERMISSIONS, Permission
from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain, Job
from cloud_hub.insight.finding import FindingKind
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Search
from cloud_hub.register import ACTIONS, DOMAINS, JOBS, METRICS, PROJECTIONS, SCREENS, SEARCHES
from cloud_hub.web.actions import Action
from cloud_hub.web.screen import Screen
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole

BROWSER = Path(__file__).parents[2] / "browser"
KINDS = [kind for search in SEARCHES for kind in search.kinds]
OF_THE_KIT = {"cloud_hub.web.api.health", "cloud_hub.web.api.figures"}
"""Doors that belong to no domain; `app.py` opens them."""

ThingT = TypeVar("ThingT")


def hub_modules() -> Iterator[ModuleType]:
    """Every module of the hub but its migrations, which are no code to be imported."""
    for found in pkgutil.walk_packages(cloud_hub.__path__, "cloud_hub."):
        if not found.name.startswith("cloud_hub.migrations"):
            yield importlib.import_module(found.name)


def made(type_: type[ThingT]) -> list[tuple[str, ThingT]]:
    """Everything of a type that a module of the hub holds by name, alone or in a row of them."""
    return [
        (module.__name__, thing)
        for module in hub_modules()
        for value in vars(module).values()
        for thing in (value if isinstance(value, tuple | list) else [value])
        if isinstance(thing, type_)
    ]


def undeclared(type_: type[ThingT], declared: list[ThingT]) -> list[str]:
    """Where things of a type stand that nobody declares. By identity: `==` asks too little."""
    known = {id(thing) for thing in declared}
    return sorted({f"{where}: {thing}" for where, thing in made(type_) if id(thing) not in known})


@pytest.mark.parametrize(
    ("type_", "declared"),
    [
        (Domain, list(DOMAINS)),
        (Metric, list(METRICS.values())),
        (Search, list(SEARCHES)),
        (FindingKind, KINDS),
        (Screen, list(SCREENS)),
        (Action, list(ACTIONS)),
        (Projection, list(PROJECTIONS.by_kind.values())),
        (Job, list(JOBS)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_nothing_stands_in_the_hub_that_no_domain_declares(
    type_: type[Any], declared: list[Any]
) -> None:
    assert declared
    assert undeclared(type_, declared) == []


def test_every_door_is_declared_by_its_domain() -> None:
    declared = [router for domain in DOMAINS for router in domain.routers]
    known = {id(router) for router in declared}
    astray = {
        where
        for where, router in made(APIRouter)
        if id(router) not in known and where not in OF_THE_KIT
    }
    # `app.py` and a domain's own file hold the doors of others by name.
    assert {where for where in astray if not where.startswith("cloud_hub.app")} == set()
    assert len(declared) == len(known), "a door is declared twice"


@pytest.mark.parametrize(
    "names",
    [
        [domain.name for domain in DOMAINS],
        [metric.name for domain in DOMAINS for metric in domain.metrics],
        [kind.name for kind in KINDS],
        [screen.path for screen in SCREENS],
        [action.name for action in ACTIONS],
        [job.name for job in JOBS],
    ],
    ids=["domains", "metrics", "findings", "screens", "actions", "jobs"],
)
def test_no_name_is_declared_twice(names: list[str]) -> None:
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("screen", SCREENS, ids=[screen.path for screen in SCREENS])
def test_a_screen_has_a_title_in_every_language_and_somebody_who_may_open_it(
    screen: Screen,
) -> None:
    english, chinese = (screen.title(Words(code, ZoneInfo("UTC"))) for code in ("en", "zh"))
    assert english.strip()
    assert re.search("[\u4e00-\u9fff]", chinese), f"{english} has no Chinese title"
    assert isinstance(screen.permission, Permission)
    assert [role for role in LoginRole if screen.permission in PERMISSIONS[role]]


@pytest.mark.parametrize("screen", SCREENS, ids=[screen.path for screen in SCREENS])
def test_an_address_begins_with_what_its_right_is_called(screen: Screen) -> None:
    first = screen.path.split("/")[1] or "home"
    assert screen.permission == f"see-{first}", "pages link to it by that right"


def test_every_link_of_a_page_leads_to_a_screen() -> None:
    linked = {
        Permission[name]
        for module in hub_modules()
        for name in re.findall(
            r"\blink\(\s*Permission\.(\w+)", Path(str(module.__file__)).read_text(encoding="utf-8")
        )
    }
    assert linked
    assert linked <= {screen.permission for screen in SCREENS}


def test_no_two_entries_of_the_bar_stand_in_one_place() -> None:
    positions = [screen.menu.position for screen in SCREENS if screen.menu is not None]
    assert len(positions) == len(set(positions))


def opened_in_the_browser() -> set[str]:
    """Every text in the browser tests that is an address of the console, its query left out.
    What stands in a text by a name, as in f"/store/{x}", counts as one step of the address."""
    return {
        address.split("?")[0]
        for path in BROWSER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (address := _text_of(node)).startswith("/")
    }


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) or "any" for part in node.values)
    return ""


@pytest.mark.parametrize("screen", SCREENS, ids=[screen.path for screen in SCREENS])
def test_a_screen_is_opened_in_a_browser(screen: Screen) -> None:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(screen.path))
    assert any(re.fullmatch(pattern, address) for address in opened_in_the_browser())


@pytest.mark.parametrize("action", ACTIONS, ids=[action.name for action in ACTIONS])
def test_an_action_says_who_may_do_it_and_what_it_reads(action: Action[Any]) -> None:
    assert isinstance(action.permission, Permission)
    assert [role for role in LoginRole if action.permission in PERMISSIONS[role]]
    assert issubclass(action.form, BaseModel)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_finding_is_seen_by_somebody_and_by_a_brand_only_where_it_may(kind: FindingKind) -> None:
    roles = {role for role in LoginRole if kind.permission in PERMISSIONS[role]}
    assert roles
    assert not kind.shown_to_brands or LoginRole.BRAND in roles
    assert kind.due_after is None or kind.due_after.total_seconds() > 0


@pytest.mark.parametrize("kind", sorted(PROJECTIONS.by_kind))
def test_an_event_kind_says_what_becomes_of_it_and_how_that_is_named(kind: str) -> None:
    projection = PROJECTIONS.by_kind[kind]
    assert projection.body.kind == kind
    assert callable(projection.trace)
    assert projection.revises is None or projection.apply is not None, (
        "what changes a day's figures is applied"
    )
