"""The package as it is written: a syntax tree for each of its modules, for the tests of how it is built."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import asyncsdk

PACKAGE: Final = Path(asyncsdk.__file__).parent


@cache
def sources() -> Mapping[str, ast.Module]:
    """Every module of the package by its dotted name."""
    trees = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        if "-" not in name:  # a hook of PyInstaller is found by its file's name, and is no module
            trees[name] = ast.parse(path.read_text(encoding="utf-8"))
    return trees


def is_package(name: str) -> bool:
    return (PACKAGE.parent / name.replace(".", "/") / "__init__.py").exists()


def origin(name: str, node: ast.ImportFrom) -> str:
    """The module that `from ... import` names, with its dots resolved, in the module `name`."""
    home = name.split(".") if is_package(name) else name.split(".")[:-1]
    above = home[: len(home) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])
