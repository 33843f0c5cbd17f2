"""Whatever a user meets in a public signature has a public name: so it can be annotated, caught and imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

import attrs
import pytest

from tests.source_trees import PACKAGE, origin, sources

DOORS: Final = (
    # What users import from: the modules at the top, those of each resource, and these.
    "asyncsdk.contract.learning",
    "asyncsdk.integrations.dlt",
    "asyncsdk.integrations.fastapi",
    "asyncsdk.integrations.opentelemetry",
    "asyncsdk.sandbox.contract",
    "asyncsdk.sandbox.service",
    "asyncsdk.sandbox.store",
    "asyncsdk.testing.simulation",
)
NOT_FOR_IMPORT: Final = ("asyncsdk.cli", "asyncsdk.contract", "asyncsdk.integrations")

HANDED_OUT: Final = frozenset({"Changes", "MirroredList", "PageWalk", "Pager", "RowStream", "Service", "Store", "Walk"})
"""Classes that users are given and never make, as those of resources: what makes them is no business of theirs."""


@attrs.frozen
class Definition:
    """A class, a function, an alias or a constant: where it is written, and under which name."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def node(self) -> ast.stmt:
        return written(self.module)[self.name]


def doors() -> Iterator[str]:
    for name in sources():
        parts = name.split(".")
        if any(part.startswith("_") for part in parts) or name in NOT_FOR_IMPORT or not exported(name):
            continue
        if len(parts) <= 2 or parts[1] == "resources" or name in DOORS:
            yield name


@cache
def exported(module: str) -> tuple[str, ...]:
    """`__all__`, as it is written."""
    for statement in sources()[module].body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(statement, ast.Assign) and isinstance(target, ast.Name) and target.id == "__all__":
            return tuple(ast.literal_eval(statement.value))
    return ()


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module or a class, those under a condition with them."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from _statements([*statement.body, *statement.orelse])


@cache
def written(module: str) -> Mapping[str, ast.stmt]:
    """What a module defines itself, by name."""
    found: dict[str, ast.stmt] = {}
    for statement in _statements(sources()[module].body):
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.setdefault(name, statement)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.setdefault(name, statement)
    return found


@cache
def imported(module: str) -> Mapping[str, tuple[str, str]]:
    """What a module takes from others: the module and the name there, by the name here."""
    return {
        alias.asname or alias.name: (origin(module, statement), alias.name)
        for statement in _statements(sources()[module].body)
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }


def defined(module: str, name: str) -> Definition | str | None:
    """Where a name of a module is defined; a module's own name where it is one; None outside of the package."""
    while module in sources():
        if name in written(module):
            return Definition(module, name)
        behind = imported(module).get(name, (module, name))
        if behind == (module, name):
            return f"{module}.{name}" if f"{module}.{name}" in sources() else None
        module, name = behind
    return None


def named(module: str, annotation: ast.expr | None) -> Iterator[Definition]:
    """The classes and aliases of the package that an annotation names."""
    match annotation:
        case ast.Constant(value=str() as text):
            try:
                yield from named(module, ast.parse(text, mode="eval").body)
            except SyntaxError:
                return  # the text of a Literal
        case ast.Name(id=name):
            found = defined(module, name)
            if isinstance(found, Definition) and is_type(found):
                yield found
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            home = defined(module, name)
            found = defined(home, attribute) if isinstance(home, str) else None
            if isinstance(found, Definition) and is_type(found):
                yield found
        case ast.Subscript(value=ast.Name(id="Literal")) | None:
            return
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[first, *_])):
            yield from named(module, first)
        case _:
            for child in ast.iter_child_nodes(annotation):
                if isinstance(child, ast.expr):
                    yield from named(module, child)


def is_type(found: Definition) -> bool:
    """Whether it can be an annotation of a user's: a class or an alias, not a value and not a type variable."""
    match found.node:
        case ast.ClassDef():
            return True
        case ast.AnnAssign(annotation=annotation):
            return ast.unparse(annotation) == "TypeAlias"
        case ast.Assign(value=ast.Subscript() | ast.BinOp()):
            return True
    return False


def met(found: Definition, seen: set[Definition] | None = None) -> Iterator[tuple[Definition, str]]:
    """The types that a user of a public name meets, each with where."""
    seen = set() if seen is None else seen
    if found in seen:
        return
    seen.add(found)
    match found.node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for each in sources()[found.module].body:  # a function with overloads stands there several times
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == found.name:
                    yield from ((type_, str(found)) for type_ in _signature(found.module, each))
        case ast.ClassDef() as node:
            for base in node.bases:
                for type_ in named(found.module, base):
                    yield from met(type_, seen)
            for statement in _statements(node.body):
                yield from ((type_, f"{found}.{where}") for type_, where in _member(found, statement))
        case ast.AnnAssign(annotation=annotation, value=value):
            yield from ((type_, str(found)) for type_ in named(found.module, annotation))
            if is_type(found):
                yield from ((type_, str(found)) for type_ in named(found.module, value))
        case ast.Assign(value=value) if is_type(found):
            yield from ((type_, str(found)) for type_ in named(found.module, value))


def _member(owner: Definition, statement: ast.stmt) -> Iterator[tuple[Definition, str]]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            if name == "__init__" and (owner.name in HANDED_OUT or owner.module.startswith("asyncsdk.resources")):
                return
            if not name.startswith("_") or name.endswith("__"):
                yield from ((type_, name) for type_ in _signature(owner.module, statement))
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if not name.startswith("_"):
            yield from ((type_, name) for type_ in named(owner.module, annotation))


def _signature(module: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Definition]:
    taken = function.args
    for each in [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]:
        yield from named(module, each.annotation if each else None)
    yield from named(module, function.returns)


@cache
def public() -> Mapping[Definition, str]:
    """Every public class, function, alias and constant, with a door it can be imported from."""
    found: dict[Definition, str] = {}
    for door in doors():
        for name in exported(door):
            definition = defined(door, name)
            if isinstance(definition, Definition):
                found.setdefault(definition, door)
    return found


def test_every_type_in_a_public_signature_has_a_public_name() -> None:
    """Users who annotate what they keep, or who write a function that is handed in, import its type from a door."""
    missing = {str(type_): where for name in public() for type_, where in met(name) if type_ not in public()}
    assert [f"{type_}, met in {where}" for type_, where in sorted(missing.items())] == []


@pytest.mark.parametrize("door", list(doors()))
def test_every_public_name_is_there(door: str) -> None:
    """`__all__` promises nothing that cannot be imported, and names everything once."""
    module = pytest.importorskip(door, reason="its extra is not installed", exc_type=ImportError)
    names = exported(door)
    assert [name for name in names if not hasattr(module, name)] == []
    assert len(set(names)) == len(names)


def test_values_that_are_handed_out_are_at_the_top() -> None:
    """What walks hand over, what settings are made of, and the mark for what is left out."""
    assert {"OMITTED", "OnReject", "Priority", "Reject", "Report", "Secret", "Settings"} <= {*exported("asyncsdk")}


def test_documents_import_from_doors_alone() -> None:
    """What a page tells users to write is public."""
    pages = [PACKAGE.parent / "README.md", *sorted((PACKAGE / "docs").glob("*.md"))]
    asked = [
        (page.name, module, [name.split(" as ")[0].strip() for name in names.split(",")])
        for page in pages
        for module, names in re.findall(r"^ *from (asyncsdk[\w.]*) import ([\w, ]+)$", page.read_text("utf-8"), re.M)
    ]
    allowed = {door: {*exported(door)} for door in doors()}
    tops = {name.split(".")[1] for name in doors() if name.count(".")}
    allowed["asyncsdk"] |= tops
    assert asked
    strangers = [
        f"{page}: {module}.{name}"
        for page, module, names in asked
        for name in names
        if name and name not in allowed.get(module, ()) and f"{module}.{name}" not in allowed
    ]
    assert strangers == []
