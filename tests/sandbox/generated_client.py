"""The client `openapi-python-client` generates from the contract: made, imported and called by operation."""

from __future__ import annotations

import asyncio
import enum
import importlib
import sys
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from asyncsdk.sandbox import Sandbox
from asyncsdk.sandbox.contract import load
from tests.sandbox.plausible import Case

PACKAGE = "wethod_generated"
_SETTINGS = f"""
project_name_override: {PACKAGE}
package_name_override: {PACKAGE}
post_hooks: []
"""


async def generate(folder: Path, *source: str) -> None:
    """Generates the client from `--path FILE` or `--url URL` into `folder`; AssertionError for any complaint."""
    folder.mkdir(parents=True)
    settings = folder / "settings.yaml"
    settings.write_text(_SETTINGS)
    words = ["generate", *source, "--config", str(settings), "--meta", "none", "--output-path", str(folder / PACKAGE)]
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "openapi_python_client", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await run.communicate())[0].decode()
    assert run.returncode == 0, said
    assert "WARNING" not in said, said  # a part of the contract it leaves out
    assert "Unable" not in said, said


@contextmanager
def importing(folder: Path) -> Iterator[ModuleType]:
    """Imports the generated package for as long as the block lasts."""
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
            del sys.modules[name]


@attrs.frozen
class Caller:
    """A generated client pointed to a sandbox, which sends cases by the operation they are of."""

    client: Any
    company: str
    functions: dict[str, Any]

    @classmethod
    def of(cls, package: ModuleType, sandbox: Sandbox, token: str = "", company: str = "") -> Caller:
        """Returns a caller that raises where an answer has a status the contract does not know."""
        client = package.AuthenticatedClient(
            base_url=sandbox.url, token=token or sandbox.token, raise_on_unexpected_status=True
        )
        return cls(client, company or sandbox.company, _functions())

    async def send(self, case: Case) -> Any:
        """Calls the generated function with arguments of the types it declares, and returns its response."""
        function = self.functions[case.operation.id]
        hints = typing.get_type_hints(function)
        arguments: dict[str, Any] = {
            **{name: _typed(hints[name], value) for name, value in case.query.items()},
            **case.path,
            "wethod_company": self.company,
        }
        if case.body is not None:
            body = _model(hints["body"]).from_dict(case.body)
            assert body.to_dict() == case.body, f"{case}: the client would send {body.to_dict()}"
            arguments["body"] = body
        return await function(client=self.client, **arguments)


def _functions() -> dict[str, Any]:
    """Returns the generated functions by operation; KeyError for one that was not generated."""
    folder = Path(str(sys.modules[PACKAGE].__file__)).parent / "api"
    found = {}
    for file in folder.glob("*/[a-z]*.py"):
        module = importlib.import_module(f"{PACKAGE}.api.{file.parent.name}.{file.stem}")
        found[file.stem] = module.asyncio_detailed
    return {operation.id: found[operation.id] for operation in load().operations}


def _members(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) or (hint,)


def _typed(hint: Any, value: Any) -> Any:
    kinds = [each for each in _members(hint) if isinstance(each, type) and issubclass(each, enum.Enum)]
    return kinds[0](value) if kinds else value


def _model(hint: Any) -> Any:
    return next(each for each in _members(hint) if hasattr(each, "from_dict"))
