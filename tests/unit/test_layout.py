"""Tests mirror the code: `tests/unit/<folder>/test_<module>.py`; what they share is no test."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TESTS, UNIT = PROJECT / "tests", PROJECT / "tests" / "unit"
PACKAGES = (
    "cloud_hub",
    "device_profiles",
    "edge_agent",
    "simulators",
    "sync",
    "vision_models",
)
FEW_LINES = 8
"""A function of so many lines or fewer is a wording, a look-up, a hand-over."""

NOT_OF_THEIR_OWN = {
    "cloud_hub/migrations/versions/*": "a step of the chain that test_migrations.py walks",
    "*/cli.py": "a command line: tried whole by tests/unit/test_commands.py and its folder's tests",
    "*_cli.py": "likewise",
    "vision_models/train/*": "needs torch, which only who trains installs; what it makes is judged"
    " by `aisle eval`, and what needs no torch has tests (person/test_layers.py)",
}
"""Modules that need no test file of their own, and why."""


def modules() -> Iterator[Path]:
    """Every module of the packages, as a path from the project's folder."""
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            if path.name != "__init__.py":
                yield path.relative_to(PROJECT)


def has_behaviour(source: str) -> bool:
    """Whether a function or method is longer than a few lines, its docstring left out."""
    return any(
        _lines_of(node) > FEW_LINES
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[ast.get_docstring(function, clean=False) is not None :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def own_test(module: Path) -> Path:
    """Where a module's own test stands."""
    return UNIT / module.with_name(f"test_{module.name}")


def matches(module: Path, patterns: dict[str, str]) -> list[str]:
    """The patterns that fit a module, in their order."""
    return [pattern for pattern in patterns if fnmatch(module.as_posix(), pattern)]


def without_own_test() -> list[Path]:
    """Modules with behaviour that have no test file, and need one."""
    return [
        module
        for module in modules()
        if has_behaviour((PROJECT / module).read_text(encoding="utf-8"))
        and not own_test(module).exists()
        and not matches(module, NOT_OF_THEIR_OWN)
    ]


def test_every_module_with_behaviour_has_a_test_of_its_own() -> None:
    without = [module.as_posix() for module in without_own_test()]
    assert without == [], "write tests/unit/<its folder>/test_<its name>.py"


def test_each_row_of_the_table_is_needed() -> None:
    used = {pattern for module in modules() for pattern in matches(module, NOT_OF_THEIR_OWN)}
    assert sorted(set(NOT_OF_THEIR_OWN) - used) == []


def imported_by(path: Path) -> Iterator[str]:
    """The full names of what a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_test_or_conftest(name: str) -> bool:
    """Whether an imported name is a module of tests, or a conftest."""
    parts = name.split(".")
    if parts[0] != "tests":
        return False
    path = PROJECT.joinpath(*parts).with_suffix(".py")
    return path.exists() and (path.stem == "conftest" or path.stem.startswith("test_"))


def test_no_test_imports_another_test_or_a_conftest() -> None:
    found = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for name in imported_by(path)
        if is_test_or_conftest(name)
    ]
    assert found == [], "what tests share stands in tests/stage/"


def test_every_unit_test_stands_in_a_folder_of_the_code() -> None:
    astray = [
        path.relative_to(UNIT).as_posix()
        for path in sorted(UNIT.rglob("test_*.py"))
        if path.parent != UNIT and not (PROJECT / path.parent.relative_to(UNIT)).is_dir()
    ]
    assert astray == []
