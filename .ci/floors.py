"""Prints the oldest versions pyproject.toml allows, as constraints for pip: `name==floor`, one a line.

    python .ci/floors.py > oldest.txt && pip install '.[extract,fastapi,redis]' -c oldest.txt

Of what users install; the extras `dev` and `bench` are ours.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
OURS = {"bench", "dev"}
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?(?P<bounds>[^;]*)")


def floors(project: Path = PROJECT) -> dict[str, str]:
    """The oldest version of each direct dependency by its name.

    Raises:
        ValueError: One has no lower bound, or two different ones.
    """
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = table.get("optional-dependencies", {})
    wanted = [*table["dependencies"], *(each for name, group in extras.items() if name not in OURS for each in group)]
    found: dict[str, str] = {}
    for requirement in wanted:
        parts = _REQUIREMENT.match(requirement)
        name, bounds = (parts["name"], parts["bounds"]) if parts else (requirement, "")
        if name == table["name"]:
            continue
        floor = re.search(r">=\s*([0-9][^,\s]*)", bounds)
        if floor is None:
            raise ValueError(f"{requirement}: no oldest version is given")
        if found.setdefault(name, floor[1]) != floor[1]:
            raise ValueError(f"{name}: {found[name]} here and {floor[1]} there")
    return found


if __name__ == "__main__":
    sys.stdout.writelines(f"{name}=={version}\n" for name, version in floors().items())
