"""`make structure`: how the code is divided, against its bars; exit code 1 where one is missed.

A room is a direct child of `cloud_hub`; an arrow is one room that imports another; an arrow goes
upward where the hub's layers contract (pyproject.toml) says so, or does not know a room. Nothing
here is a matter of taste: each figure is counted from the import graph or from the source.
"""

import ast
import itertools
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
HUB = "cloud_hub"
PACKAGES = (HUB, "device_profiles", "edge_agent", "simulators", "sync", "vision_models")
ENDPOINTS = frozenset(("get", "post", "put", "patch", "delete", "websocket"))
COMMANDS = frozenset(("command", "callback"))
VALIDATORS = frozenset(("field_validator", "model_validator"))
CALLED_BY_FRAMEWORKS = ENDPOINTS | COMMANDS | VALIDATORS
"""By decorator: what FastAPI, typer and pydantic call has a parameter for each field or option."""
MOST_LINES, MOST_PARAMETERS = 60, 5
BROAD = frozenset(("Exception", "BaseException"))

Arrows = set[tuple[str, str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure, how large it may be, and where what it counts stands."""

    name: str
    figure: int
    most: int
    found: Sequence[str] = ()

    @property
    def is_met(self) -> bool:
        """Whether the figure is within its bar."""
        return self.figure <= self.most


@dataclass(frozen=True, slots=True)
class Source:
    """One file, parsed. `path` is relative to the checkout."""

    path: Path
    tree: ast.Module
    lines: list[str]

    @property
    def package(self) -> str:
        """The top folder, or the name of a file that stands beside them."""
        return self.path.parts[0]

    def at(self, node: ast.stmt | ast.ExceptHandler, what: str) -> str:
        """Where `what` stands, for people."""
        return f"{self.path}:{node.lineno} {what}"


# --- rooms of the hub ----------------------------------------------------------------------------


def room_of(module: str) -> str | None:
    """The room that a module of the hub stands in; None for the hub itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == HUB and len(parts) > 1 else None


def arrows_of(graph: grimp.ImportGraph) -> Arrows:
    """Which room imports which other."""
    found: Arrows = set()
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            ends = room_of(module), room_of(other)
            if ends[0] and ends[1] and ends[0] != ends[1]:
                found.add((ends[0], ends[1]))
    return found


def layers_of_hub(contracts: Sequence[dict[str, object]]) -> dict[str, int]:
    """Each room's floor, 0 for the highest, as the layers contract says; empty without one."""
    for contract in contracts:
        if contract.get("type") == "layers" and contract.get("containers") == [HUB]:
            layers = contract["layers"]
            assert isinstance(layers, list)
            return {
                room.strip(" ()"): floor
                for floor, row in enumerate(layers)
                for room in row.replace(":", "|").split("|")
            }
    return {}


def upward(arrows: Arrows, floors: dict[str, int]) -> list[str]:
    """Arrows to a neighbour or to a higher floor, and those of rooms that no floor is known of."""
    return [
        f"{importer} → {imported}"
        for importer, imported in sorted(arrows)
        if importer not in floors or imported not in floors or floors[importer] >= floors[imported]
    ]


def circles(arrows: Arrows) -> list[str]:
    """Groups of rooms each of which reaches every other of its group."""
    reached: defaultdict[str, set[str]] = defaultdict(set)
    for importer, imported in arrows:
        reached[importer].add(imported)
    rooms = sorted({room for arrow in arrows for room in arrow})
    for through, room in itertools.product(rooms, rooms):
        if through in reached[room]:
            reached[room] |= reached[through]
    groups = {
        tuple(other for other in rooms if other in reached[room] and room in reached[other])
        for room in rooms
        if room in reached[room]
    }
    return sorted(" ↔ ".join(group) for group in groups)


def hub_measures() -> Iterator[Measure]:
    """How the hub is divided."""
    graph = grimp.build_graph(HUB, cache_dir=None)
    rooms = sorted({room for module in graph.modules if (room := room_of(module))})
    arrows = arrows_of(graph)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = layers_of_hub(settings["tool"]["importlinter"]["contracts"])
    wrong = upward(arrows, floors) if floors else ["the hub has no layers contract"]
    round_ = circles(arrows)
    yield Measure(name="rooms of cloud_hub", figure=len(rooms), most=40)
    yield Measure(name="arrows between rooms", figure=len(arrows), most=200)
    yield Measure(name="arrows upward, by contract", figure=len(wrong), most=0, found=wrong)
    yield Measure(name="circles of rooms", figure=len(round_), most=0, found=round_)


# --- files ---------------------------------------------------------------------------------------


def tracked() -> list[Path]:
    """Every Python file that git knows of, relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [Path(name) for name in listed.stdout.splitlines()]


def read(path: Path) -> Source:
    """The file `path` of the checkout."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return Source(path, ast.parse(text), text.splitlines())


def crowded(paths: Sequence[Path]) -> Measure:
    """The folder with the most modules, tests included, `__init__.py` left out."""
    folders = Counter(path.parent for path in paths if path.name != "__init__.py")
    figure = max(folders.values())
    found = [str(folder) for folder, count in folders.items() if count == figure]
    return Measure(name="modules in the fullest folder", figure=figure, most=14, found=found)


def named_twice(sources: Sequence[Source]) -> list[str]:
    """Class names that one package defines more than once."""
    homes: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                homes[source.package, node.name].append(source.at(node, node.name))
    return sorted(", ".join(places) for places in homes.values() if len(places) > 1)


def functions(source: Source) -> Iterator[Function]:
    """Every function and method of a file."""
    for node in ast.walk(source.tree):
        if isinstance(node, Function):
            yield node


def long_functions(source: Source) -> Iterator[str]:
    """Functions that do not fit a screen, docstring included, decorators left out."""
    for node in functions(source):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > MOST_LINES:
            yield source.at(node, f"{node.name}: {lines} lines")


def wide_functions(source: Source) -> Iterator[str]:
    """Functions with too many parameters, those that a framework calls left out."""
    for node in functions(source):
        count = len(parameters(node))
        if count > MOST_PARAMETERS and not decorators(node) & CALLED_BY_FRAMEWORKS:
            yield source.at(node, f"{node.name}: {count} parameters")


def parameters(node: Function) -> list[str]:
    """The names of a function's parameters; `self` and `cls` are none."""
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    names = [one.arg for one in (*every, given.vararg, given.kwarg) if one is not None]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def decorators(node: Function) -> set[str]:
    """The last word of each decorator: `command` of `@app.command("x")`."""
    plain = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    return {one.attr if isinstance(one, ast.Attribute) else ast.unparse(one) for one in plain}


def broad_excepts(source: Source) -> Iterator[tuple[str, bool]]:
    """Handlers of whatever happens, and whether a comment beside or below each says why."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(kind is None or ast.unparse(kind) in BROAD for kind in kinds):
            nearby = source.lines[node.lineno - 1 : node.lineno + 1]
            yield source.at(node, "except"), any("#" in line for line in nearby)


def file_measures() -> Iterator[Measure]:
    """How folders, classes, functions and handlers stand."""
    paths = tracked()
    sources = [read(path) for path in paths if path.parts[0] in PACKAGES or path.name == "aisle.py"]
    lasting = [source for source in sources if "migrations" not in source.path.parts]
    yield crowded(paths)
    twice = named_twice(sources)
    yield Measure(name="class names twice in a package", figure=len(twice), most=0, found=twice)
    found = [place for source in lasting for place in long_functions(source)]
    name = f"functions over {MOST_LINES} lines, migrations left out"
    yield Measure(name=name, figure=len(found), most=0, found=found)
    found = [place for source in lasting for place in wide_functions(source)]
    name = f"functions over {MOST_PARAMETERS} parameters, framework's left out"
    yield Measure(name=name, figure=len(found), most=0, found=found)
    broad = [one for source in sources for one in broad_excepts(source)]
    every = [place for place, _ in broad]
    yield Measure(name="broad excepts", figure=len(broad), most=8, found=every)
    silent = [place for place, says_why in broad if not says_why]
    yield Measure(name="broad excepts without a reason", figure=len(silent), most=0, found=silent)


def main() -> None:
    """Print the table, then where what is too much stands."""
    measures = [*hub_measures(), *file_measures()]
    wide = max(len(measure.name) for measure in measures)
    for measure in measures:
        verdict = "" if measure.is_met else "  MISSED"
        print(f"{measure.name:{wide}}  {measure.figure:4}  at most {measure.most:3}{verdict}")
    missed = [measure for measure in measures if not measure.is_met]
    for measure in missed:
        print(f"\n{measure.name}:", *measure.found, sep="\n  ")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
