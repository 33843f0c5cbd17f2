"""How the package is built: arrows run one way, states have owners, names one meaning. Read from the source alone."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

import attrs
import pytest

from tests.source_trees import PACKAGE, origin, sources

WINGS: Final = ("_sending", "_limits", "_lists", "_codec")
GENERATED: Final = ("models", "resources")

ROOMS: Final = (
    # From the bottom to the top: a room imports from those above it in this list, never from those below.
    {"_version", "docs"},
    {"errors"},
    {"events"},
    {"dates"},
    {"filters"},
    {"_codec"},
    {"models", "_limits"},
    {"_sending"},
    {"_catalog"},
    {"_lists"},
    {"resources"},
    {"client"},
    {"mirror"},
    {"sandbox", "docs", "contract"},
    {"extract"},
    {"bulk", "blocking"},
    {"fleet"},
    {"integrations", "testing"},
    {"cli"},
    {"__main__"},
)
RANKS: Final = {room: rank for rank, rooms in enumerate(ROOMS) for room in rooms}


@attrs.frozen
class Imported:
    """One import of a module of the package: where it is written, what it names, and how it is loaded."""

    importer: str
    target: str
    line: int
    way: str  # "top", "lazy" (in a function) or "types" (for annotations alone)

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target} ({self.way})"


@cache
def imports() -> tuple[Imported, ...]:
    """Every import of the package from itself."""
    return tuple(found for name, tree in sources().items() for found in _imports_of(name, tree))


def _imports_of(name: str, tree: ast.Module) -> Iterator[Imported]:
    ways: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            ways |= {id(each): "types" for statement in node.body for each in ast.walk(statement)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            ways |= {id(each): "lazy" for each in ast.walk(node) if id(each) not in ways}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            whole = origin(name, node)
            targets = [f"{whole}.{each.name}" for each in node.names]
            targets = [target if target in sources() else whole for target in targets]
        else:
            continue
        for target in dict.fromkeys(targets):
            if target.split(".")[0] == "asyncsdk":
                yield Imported(name, target, node.lineno, ways.get(id(node), "top"))


def room_of(name: str) -> str:
    """The part of the package that a module lies in; the package's own names are the client's."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "client"


def test_every_part_has_its_floor() -> None:
    """A new part says where it stands before anything may import it."""
    assert {room_of(name) for name in sources()} - set(RANKS) == set()


def test_arrows_run_down() -> None:
    """No part imports from one above it, not even for types: so each can be read knowing only those below."""
    up = [
        str(each)
        for each in imports()
        if each.importer != "asyncsdk" and RANKS[room_of(each.target)] > RANKS[room_of(each.importer)]
    ]
    assert up == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Whatever is imported first, loading ends: modules that load each other work in one order only."""
    loads: dict[str, set[str]] = defaultdict(set)
    for each in imports():
        if each.way == "top" and each.target != each.importer:
            loads[each.importer].add(each.target)
    assert list(_circles(loads)) == []


def _circles(loads: Mapping[str, set[str]]) -> Iterator[str]:
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if name in path:
            yield " -> ".join([*path[path.index(name) :], name])
        elif name not in done:
            for target in sorted(loads.get(name, ())):
                yield from follow(target, (*path, name))
            done.add(name)

    for name in sorted(loads):
        yield from follow(name, ())


def test_one_module_of_the_client_imports_aiohttp() -> None:
    """What the client takes from the library, for types too, is seen in one place. Servers may import it as well."""
    importers = {
        name
        for name, tree in sources().items()
        for node in ast.walk(tree)
        for module in _modules(node)
        if module.split(".")[0] == "aiohttp" and room_of(name) not in {"sandbox", "testing"}
    }
    assert importers == {"asyncsdk._sending.http"}


def _modules(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or ""]
    return []


def test_imports_for_types_alone_are_of_what_lies_below() -> None:
    """They hide circles: within the client they are for optional packages, and few."""
    counted = Counter(room_of(each.importer) for each in imports() if each.way == "types")
    counted.pop("client", None)  # the package itself lists its names for type checkers
    assert sum(counted[wing] for wing in WINGS) <= TYPE_ONLY


def test_imports_within_functions_are_few() -> None:
    """Each delays a start or serves an optional package; more would hide what depends on what."""
    assert sum(each.way == "lazy" and room_of(each.importer) in {*WINGS, "client"} for each in imports()) <= LAZY


TYPE_ONLY: Final = 20
LAZY: Final = 25


def test_no_class_has_the_name_of_another() -> None:
    """One name, one meaning. Models are the API's words, and not counted."""
    homes = defaultdict(list)
    for name, tree in sources().items():
        if room_of(name) not in GENERATED:
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    homes[node.name].append(name)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


@pytest.mark.parametrize("wing", WINGS)
def test_an_object_owns_its_state(wing: str) -> None:
    """No function writes an attribute of an object but the methods of its class: who broke it can be found."""
    written = [
        f"{name}:{target.lineno} {ast.unparse(target)}"
        for name, tree in sources().items()
        if room_of(name) == wing
        for node in ast.walk(tree)
        for target in _written(node)
        if isinstance(target, ast.Attribute) and not _is_own(target)
    ]
    assert written == []


def _written(node: ast.AST) -> Iterator[ast.expr]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, _ASSIGNMENTS) else []
    for target in targets:
        yield from target.elts if isinstance(target, ast.Tuple) else [target]


_ASSIGNMENTS = (ast.AugAssign, ast.AnnAssign)
_FOREIGN: Final = {"bookmark", "carried_out", "request", "atexit", "__cause__", "__context__", "__traceback__"}
"""Attributes of errors and of the standard library's objects, which whoever raises or registers them fills in."""


def _is_own(target: ast.Attribute) -> bool:
    return (isinstance(target.value, ast.Name) and target.value.id in {"self", "cls"}) or target.attr in _FOREIGN


RIDDLES: Final = re.compile(
    r"\b(listening|journeys?|lanes?|standing|legs?|sift\w*|weav\w*|astray|heard|last words)\b", re.IGNORECASE
)
"""Words of our own, where the field has terms: call, ticket, worker thread, cursor, stage, filter, join, gap."""


def test_no_riddles() -> None:
    """Code and documents speak the field's language."""
    found = [
        f"{path.relative_to(PACKAGE)}:{number} {match.group()}"
        for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.md"), *PACKAGE.rglob("*.lua")])
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in RIDDLES.finditer(line.replace("_", " "))
    ]
    assert found == []


def test_modules_can_be_read_in_one_go() -> None:
    """None is longer than 350 lines, but for generated ones; and the package's top is taken in at a glance."""
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in GENERATED
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 350
    }
    assert long == {}
    top = {path.name for path in PACKAGE.iterdir() if path.name not in {*GENERATED, "__pycache__", "py.typed"}}
    assert len(top) <= 24, sorted(top)


def test_test_files_hold_one_matter() -> None:
    """One that is longer than 350 lines holds several: each is found by the name of its file."""
    tests = PACKAGE.parent / "tests"
    lines = {str(path.relative_to(tests)): path.read_text("utf-8").count("\n") for path in tests.rglob("*.py")}
    assert {name: count for name, count in lines.items() if count > 350} == {}


def test_every_module_says_why_it_exists() -> None:
    """A docstring, whose first line ends as a sentence does."""
    without = [
        name
        for name, tree in sources().items()
        if (text := ast.get_docstring(tree)) is None or not re.search(r"[.:`]$", text.splitlines()[0].strip())
    ]
    assert without == []
