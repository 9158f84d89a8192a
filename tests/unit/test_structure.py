"""What `make structure` counts, on code whose figures are known."""

import ast
from pathlib import Path

from tests.structure import (
    Source,
    broad_excepts,
    circles,
    layers_of_hub,
    long_functions,
    named_twice,
    upward,
    wide_functions,
)

CONTRACT = {
    "type": "layers",
    "containers": ["cloud_hub"],
    "layers": ["app", "boards | admin", "core"],
}


def source(text: str, path: str = "sync/core/clock.py") -> Source:
    return Source(Path(path), ast.parse(text), text.splitlines())


def test_an_arrow_to_a_neighbour_to_a_higher_floor_or_to_nowhere_goes_upward() -> None:
    floors = layers_of_hub([{"type": "forbidden"}, CONTRACT])
    assert floors == {"app": 0, "boards": 1, "admin": 1, "core": 2}
    wrong = upward(
        {("app", "core"), ("boards", "admin"), ("core", "app"), ("boards", "new")}, floors
    )
    assert wrong == ["boards → admin", "boards → new", "core → app"]


def test_rooms_that_reach_each_other_are_one_circle_however_long_it_is() -> None:
    arrows = {("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "a")}
    assert circles(arrows) == ["a ↔ b ↔ c"]
    assert circles({("a", "b"), ("b", "c"), ("a", "c")}) == []


def test_a_name_may_stand_once_in_each_package() -> None:
    first, second = "class Kind: pass", "class Kind: pass\nclass Plan: pass"
    assert named_twice([source(first), source(second, "cloud_hub/core/errors.py")]) == []
    assert named_twice([source(first), source(second, "sync/wire/batch.py")]) == [
        "sync/core/clock.py:1 Kind, sync/wire/batch.py:1 Kind"
    ]


def test_a_function_of_sixty_lines_fits_and_one_of_sixty_one_does_not() -> None:
    body = "    pass\n"
    assert list(long_functions(source("def fits():\n" + 59 * body))) == []
    found = list(long_functions(source("def does_not():\n" + 60 * body)))
    assert found == ["sync/core/clock.py:1 does_not: 61 lines"]


def test_parameters_are_counted_without_self_and_not_where_a_framework_calls() -> None:
    fits = "class A:\n    def fits(self, a, b, c, *, d, e): pass"
    assert list(wide_functions(source(fits))) == []
    command = "@app.command('x')\ndef x(a, b, c, d, e, f): pass"
    assert list(wide_functions(source(command))) == []
    wide = "def wide(a, b, c, /, *more, d, **rest): pass"
    assert list(wide_functions(source(wide))) == ["sync/core/clock.py:1 wide: 6 parameters"]


def test_an_except_of_everything_has_to_say_why() -> None:
    text = (
        "try:\n    pass\n"
        "except ValueError:\n    pass\n"
        "except (OSError, Exception):\n    # One bad item must not stop the others.\n    pass\n"
        "except:\n    pass\n"
    )
    found = list(broad_excepts(source(text)))
    assert found == [
        ("sync/core/clock.py:5 except", True),
        ("sync/core/clock.py:8 except", False),
    ]
