"""What is installed: declared dependencies and their bounds, the files that go along, the page an index shows."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import asyncsdk
from asyncsdk.integrations import _pyinstaller

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(asyncsdk.__file__).parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
MODULES = {path.relative_to(PACKAGE): path for path in PACKAGE.rglob("*.py")}


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FLOORS = load(ROOT / ".ci" / "floors.py")


def imports(path: Path) -> Iterator[str]:
    """The absolute names of what a module imports, wherever in it."""
    package = ["asyncsdk", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def shipped(path: Path) -> bool:
    """Whether the wheel has a module: what only the generator needs stays out."""
    return path.parts[0] != "contract" or len(path.parts) > 2 or path.name == "__init__.py"


class TestDependencies:
    def test_whatever_is_imported_is_declared(self) -> None:
        """A package that comes along with another one may stop to do so."""
        brought = {"pydantic_core": "pydantic", "opentelemetry": "opentelemetry-api", "dask": "distributed"}
        theirs = {"PyInstaller", "yaml", "uvloop"}  # who runs them has them; uvloop is used where it is there
        declared = {*FLOORS.floors()}
        roots = {
            name.partition(".")[0] for path, file in MODULES.items() if shipped(path) for name in imports(file) if name
        }
        used = {brought.get(name, name) for name in roots - {*sys.stdlib_module_names, "asyncsdk"} - theirs}
        assert used - declared == set()

    def test_each_has_an_oldest_version_and_one_only(self, tmp_path: Path) -> None:
        assert {"aiohttp", "cattrs", "duckdb", "fastapi", "pyarrow", "redis"} <= FLOORS.floors().keys()
        changed = tmp_path / "pyproject.toml"
        for old, new, message in [
            ("pyarrow>=20", "pyarrow>=19", "pyarrow: "),
            ("aiohttp>=", "aiohttp<", "no oldest version"),
        ]:
            changed.write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8").replace(old, new, 1))
            with pytest.raises(ValueError, match=message):
                FLOORS.floors(changed)

    def test_an_upper_bound_leaves_room_above_what_is_tested(self) -> None:
        """Packages whose majors come by the calendar have none; others end at a major version."""
        extras = PROJECT["optional-dependencies"]
        runtime = [
            *PROJECT["dependencies"],
            *(each for name in extras if name not in FLOORS.OURS for each in extras[name]),
        ]
        bounds = {each: re.search(r"<([0-9.]+)", each) for each in runtime}
        assert [each for each, bound in bounds.items() if bound and not bound[1].isdigit()] == []
        calendar = ("attrs", "cattrs", "pyarrow", "pytest", "redis", "rich")
        assert [each for each, bound in bounds.items() if bound and re.split(r"[\[<>]", each)[0] in calendar] == []

    def test_pythons_are_declared_from_the_oldest_on(self) -> None:
        listed = [each.rpartition(":: ")[2] for each in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", each)]
        assert PROJECT["requires-python"] == f">={listed[0]}"
        assert [int(each.partition(".")[2]) for each in listed] == [*range(11, 11 + len(listed))]


def imported_by_name(path: Path) -> list[str]:
    """Modules of the package that are imported by a whole name in a string, which no tool that packages finds."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [each.args[0] for each in calls if ast.unparse(each.func).endswith("import_module")]
    texts = [each.value for each in named if isinstance(each, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and text.startswith("asyncsdk")]


class TestFiles:
    def test_the_wheel_leaves_out_nothing_the_package_imports(self) -> None:
        generator = {f"asyncsdk.contract.{path.stem}" for path in MODULES if not shipped(path)}
        needed = {(str(path), name) for path, file in MODULES.items() if shipped(path) for name in imports(file)}
        assert generator
        assert [place for place, name in needed if name in generator] == []
        excluded = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]
        assert excluded == ["/asyncsdk/contract/[a-z]*.py", "/asyncsdk/contract/openapi.yaml"]

    def test_what_is_read_at_run_time_is_beside_its_code(self) -> None:
        files = resources.files("asyncsdk")
        assert files.joinpath("py.typed").is_file()
        assert files.joinpath("contract", "openapi.json").is_file()
        assert [*PACKAGE.rglob("*.lua")]

    def test_pyinstaller_finds_the_hook(self) -> None:
        module, _, function = PROJECT["entry-points"]["pyinstaller40"]["hook-dirs"].partition(":")
        assert (module, function) == (_pyinstaller.__name__, "hook_dirs")
        (folder,) = _pyinstaller.hook_dirs()
        hook = (Path(folder) / "hook-asyncsdk.py").read_text(encoding="utf-8")
        assert 'collect_data_files("asyncsdk")' in hook
        named = next(line for line in hook.splitlines() if line.startswith("hiddenimports = "))
        late = {name for path, file in MODULES.items() if shipped(path) for name in imported_by_name(file)}
        assert "asyncsdk._lists.arrow_frames" in late
        assert {*ast.literal_eval(named.partition("= ")[2])} == late


class TestPage:
    """The README as a package index shows it: it has no files of the repository."""

    def shown(self) -> str:
        hook = PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
        text = "".join((ROOT / fragment["path"]).read_text(encoding="utf-8") for fragment in hook["fragments"])
        for each in hook["substitutions"]:
            text = re.sub(each["pattern"], each["replacement"], text)
        return text

    def test_images_and_links_are_absolute(self) -> None:
        prose = re.sub(r"```.*?```", "", self.shown(), flags=re.DOTALL)
        targets = re.findall(r"\[[^\]]*\]\(([^)]+)\)", prose)
        assert targets
        assert [each for each in targets if not each.startswith(("https://", "#"))] == []

    def test_code_stays_as_it_is(self) -> None:
        blocks = [re.findall(r"```.*?```", text, re.DOTALL) for text in (self.shown(), self.original())]
        assert blocks[0] == blocks[1]

    def original(self) -> str:
        return (ROOT / "README.md").read_text(encoding="utf-8")

    def test_links_lead_into_the_repository(self) -> None:
        repository = PROJECT["urls"]["Repository"]
        found = re.findall(rf"{re.escape(repository)}/blob/main/([\w./-]+)", self.shown())
        assert [path for path in found if not (ROOT / path).exists()] == []
        raw = repository.replace("//github.com/", "//raw.githubusercontent.com/")
        images = re.findall(rf"{re.escape(raw)}/main/([\w./-]+)", self.shown())
        assert [path for path in images if not (ROOT / path).exists()] == []
