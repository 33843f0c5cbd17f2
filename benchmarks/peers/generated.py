"""The client that `openapi-python-client` generates from the contract, in the loop that its users write.

It is generated before the clock starts, with the few rows that warm everybody up.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from . import Job

CONTRACT = Path(__file__).resolve().parents[2] / "asyncsdk" / "contract" / "openapi.yaml"
PACKAGE = "generated_client"
_SETTINGS = f"project_name_override: {PACKAGE}\npackage_name_override: {PACKAGE}\npost_hooks: []\n"


@functools.cache
def _function() -> tuple[ModuleType, Any]:
    """Generates the package, and returns it with its call for the list that is measured."""
    folder = Path(tempfile.mkdtemp())
    settings = folder / "settings.yaml"
    settings.write_text(_SETTINGS)
    words = [
        "--path",
        str(CONTRACT),
        "--config",
        str(settings),
        "--meta",
        "none",
        "--output-path",
        str(folder / PACKAGE),
    ]
    subprocess.run([sys.executable, "-m", "openapi_python_client", "generate", *words], check=True, capture_output=True)
    sys.path.insert(0, str(folder))
    operation = yaml.safe_load(CONTRACT.read_text())["paths"]["/api/production-plan-streams"]["get"]["operationId"]
    (file,) = [path for path in (folder / PACKAGE / "api").rglob("*.py") if path.stem == _snake(operation)]
    module = ".".join(file.relative_to(folder).with_suffix("").parts)
    return importlib.import_module(PACKAGE), importlib.import_module(module)


def _snake(name: str) -> str:
    return (
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_").replace(".", "_")
    )


def read(job: Job) -> int:
    """Page after page until one is short."""
    package, call = _function()

    async def main() -> int:
        seen = offset = 0
        client = package.AuthenticatedClient(base_url=job.url, token="t", headers={"Wethod-Company": "c"})
        async with client:
            while True:
                page = await call.asyncio(
                    client=client, wethod_company="c", wethod_version="2024-06-15", limit=100, offset=offset
                )
                for row in page:
                    seen += row.id > 0
                if len(page) < 100:
                    return seen
                offset += 100

    return asyncio.run(main())
