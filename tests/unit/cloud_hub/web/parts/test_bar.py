"""The bar above every page, drawn."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.register import SCREENS
from cloud_hub.web.frame import FrameView, StoreOrBrand
from cloud_hub.web.parts.bar import bar
from cloud_hub.web.screen import menu_of
from cloud_hub.web.visit import Visit, Wished, impersonating
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import OWN, viewer
from tests.stage.page_parts import a_reader

FRAME = FrameView(
    name=Names(en="<Chain>", zh="连锁"),
    simulated=False,
    currency="CNY",
    zone=ZoneInfo("Etc/GMT-8"),
    stores=(StoreOrBrand(identity="s01", name=Names(en="<Gate>")),),
    brands=(StoreOrBrand(identity=OWN, name=Names(en="Spring")),),
)
OFFICE = viewer(LoginRole.HEAD_OFFICE)


def drawn(
    signed_in: Viewer, seen_as: Viewer | None = None, frame: FrameView = FRAME, here: str = "/"
) -> str:
    looks = seen_as or signed_in
    visit = Visit(
        cookie="",
        seen_as="",
        wished=Wished(chosen="", accepted=()),
        signed_in=signed_in,
        viewer=looks,
    )
    reader = replace(a_reader(), viewer=looks, here=here)
    return str(bar(visit, frame, reader, menu_of(SCREENS, looks, reader.words)))


@pytest.mark.parametrize(
    ("who", "there", "not_there"),
    [
        (OFFICE, ["/", "/footfall", "/fleet", "/tasks", "/stores"], ["/brand", "/store/s01"]),
        (viewer(LoginRole.STORE, "s01"), ["/store/s01", "/tasks"], ["/footfall", "/stores"]),
        (viewer(LoginRole.BRAND, OWN), ["/brand"], ["/tasks", "/fleet", "/footfall"]),
        (viewer(LoginRole.TECHNICIAN), ["/fleet"], ["/footfall", "/brand"]),
    ],
)
def test_each_role_is_led_to_its_own_pages(
    who: Viewer, there: list[str], not_there: list[str]
) -> None:
    page = drawn(who).partition("<nav")[2].partition("</nav>")[0]
    for address in there:
        assert f'href="{address}"' in page
    for address in not_there:
        assert f'href="{address}"' not in page


def test_the_page_one_is_on_is_marked_and_no_other() -> None:
    page = drawn(OFFICE, here="/tasks")
    assert page.count('aria-current="page"') == 1
    assert 'href="/tasks" aria-current="page"' in page
    assert "aria-current" not in drawn(OFFICE, here="/shelf/s01-a")


def test_the_chain_is_named_and_a_simulated_one_says_so_with_its_clock() -> None:
    page = drawn(OFFICE)
    assert "<b>&lt;Chain&gt;</b>" in page
    assert "Simulated" not in page
    simulated = drawn(OFFICE, frame=replace(FRAME, simulated=True))
    assert "Simulated" in simulated
    assert 'data-clock="480"' in simulated
    assert "14:30" in simulated


def test_a_head_office_looks_through_the_eyes_of_every_role_store_and_brand() -> None:
    page = drawn(OFFICE)
    for value in ("head-office", f"brand:{OWN}", "store:s01", "technician", "it"):
        assert f'data-see-as="{value}"' in page
    assert "Store &lt;Gate&gt;" in page
    assert "see-as-other" not in page


def test_whose_eyes_one_looks_through_is_marked() -> None:
    page = drawn(OFFICE, impersonating(OFFICE, "store:s01"))
    assert "see-as-other" in page
    assert 'data-see-as="store:s01" aria-pressed="true"' in page
    assert "Sign out who" in page, "it is still the head office that signs out"


@pytest.mark.parametrize("role", [LoginRole.IT, LoginRole.TECHNICIAN])
def test_nobody_else_is_offered_other_eyes(role: LoginRole) -> None:
    assert "data-see-as" not in drawn(viewer(role))


def test_the_story_is_for_those_who_have_the_overview() -> None:
    assert "story=1" in drawn(OFFICE)
    assert "story=1" not in drawn(viewer(LoginRole.BRAND, OWN))
