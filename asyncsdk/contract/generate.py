"""Writes `models`, `resources`, `openapi.json` and `docs/api.md` from `openapi.yaml`, or checks them against it.

    python -m asyncsdk.contract.generate            # writes what differs, removes what is no longer generated
    python -m asyncsdk.contract.generate --check    # writes nothing, names what differs, exits with 1 if anything does
    python -m asyncsdk.contract.generate --from FILE-OR-FOLDER    # names what a source says otherwise
    python -m asyncsdk.contract.generate --learned FILE [--write] # the same of what was learned; changes the contract

Needs the extra `dev`: PyYAML to read the contract, ruff to format the code.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from .docstrings import description_of
from .parsing import parsed
from .proofreading import proofread
from .reading import Contract, read
from .updating_contract import update
from .writing_docs import write_api_page
from .writing_models import write_models
from .writing_resources import write_resources

__all__ = ["differences", "generate", "load", "main"]

PACKAGE: Final = Path(__file__).resolve().parent.parent
_GENERATED: Final = ("models", "resources")


def load(path: Path) -> Mapping[str, Any]:
    """The parsed document of the contract.

    Raises:
        SystemExit: PyYAML is not installed.
    """
    return parsed(path.read_bytes())


def generate(document: Mapping[str, Any]) -> dict[str, str]:
    """The text of every generated file, by its path in the package; a pure function of the contract, but for ruff.

    Raises:
        ValueError: The contract says something the generator has no words for.
        SystemExit: ruff is not installed.
    """
    contract = read(document)
    proofread(contract)
    sources = {f"models/{name}": text for name, text in write_models(contract).items()}
    sources |= {f"resources/{name}": text for name, text in write_resources(contract).items()}
    files = _formatted(sources)
    described = _described(document, contract)
    files["contract/openapi.json"] = json.dumps(described, ensure_ascii=False, separators=(",", ":")) + "\n"
    files["docs/api.md"] = write_api_page(contract)
    return dict(sorted(files.items()))


def _described(document: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """The document with a description of each operation: other people's tools show it, and nothing else of `x-`."""
    calls = [operation for resource in contract.resources for operation in resource.operations]
    described = {(call.verb.lower(), call.path): description_of(call) for call in calls}
    paths = {
        path: {
            verb: node if verb == "parameters" else {**node, "description": described[verb, path]}
            for verb, node in item.items()
        }
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def differences(files: Mapping[str, str], package: Path) -> list[tuple[str, str]]:
    """What a tree lacks of `files`: pairs of path and "missing", "differs" or "no longer generated"."""
    found = []
    for path, text in files.items():
        target = package / path
        if not target.exists():
            found.append((path, "missing"))
        elif target.read_text(encoding="utf-8") != text:
            found.append((path, "differs"))
    present = (path for folder in _GENERATED for path in (package / folder).rglob("*.py"))
    stale = {path.relative_to(package).as_posix() for path in present} - files.keys()
    return found + [(path, "no longer generated") for path in sorted(stale)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit status is 1 where `--check` found a difference."""
    parser = argparse.ArgumentParser(
        prog="python -m asyncsdk.contract.generate", description="Write the generated code."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the tree differs")
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="FILE-OR-FOLDER",
        help="compare the contract with an OpenAPI file (3.0, 3.1; JSON, YAML) or with saved reference pages (.txt)",
    )
    parser.add_argument(
        "--learned", type=Path, metavar="FILE", help="compare it with what `asyncsdk check --learn` wrote"
    )
    parser.add_argument("--write", action="store_true", help="change openapi.yaml so that it says what the source says")
    given = parser.parse_args(arguments)
    if given.source is not None or given.learned is not None:
        return update(PACKAGE / "contract" / "openapi.yaml", given.source, given.learned, write=given.write)
    if given.write:
        parser.error("--write goes with --from or --learned")
    check: bool = given.check
    files = generate(load(PACKAGE / "contract" / "openapi.yaml"))
    found = differences(files, PACKAGE)
    for path, what in found:
        sys.stdout.write(f"{path}: {what}\n")
        if not check:
            _settle(PACKAGE / path, files.get(path))
    if check:
        return 1 if found else 0
    sys.stdout.write(f"{len(files)} files, {len(found)} changed\n")
    return 0


def _settle(target: Path, text: str | None) -> None:
    if text is None:
        target.unlink()
    else:
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _formatted(sources: Mapping[str, str]) -> dict[str, str]:
    """`sources` as `ruff format` leaves them; one run for all, since starting it is most of its cost."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in sources.items():
            _settle(Path(folder) / path, text)
        # The project's own two settings; any configuration around the folder is kept out.
        options = ["--isolated", "--line-length", "120", "--target-version", "py311"]
        command = [sys.executable, "-m", "ruff", "format", *options, "--quiet", folder]
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # nothing of it is input
        if run.returncode:
            hint = (
                "pip install 'asyncsdk[dev]'" if "No module named" in run.stderr else "the code it was given is broken"
            )
            raise SystemExit(f"The generator formats with ruff, which failed ({hint}):\n{run.stderr}")
        return {path: (Path(folder) / path).read_text(encoding="utf-8") for path in sources}


if __name__ == "__main__":
    raise SystemExit(main())
