"""Where a run's figures go: `results.json`, `results.md` with every table, and the plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import attrs

from .bounds import Bound
from .machine import Machine
from .records import Records
from .tables import bounds_table, tables

EXPLAINED = """\
The floor is a bare loop of aiohttp and msgspec into the same attrs classes (`benchmarks/peers/floor.py`): no order, no
retries, no budget, no joins, and told beforehand how long the list is. Clients that cannot have several pages of a
list in flight have 1. asyncsdk sees to it that the buffers of reads come from the heap, where glibc maps each of them
anew otherwise; measured in one process with it, the floor gains as much. The server is a process of its own on the same
machine. Seconds hold for this machine alone; compare ratios. `python -m benchmarks` measures all of it again."""


def write(folder: Path, scale: str, machine: Machine, records: Records, bounds: Sequence[Bound]) -> None:
    """Writes both files, over those of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {
        "scale": scale,
        "machine": attrs.asdict(machine),
        "bounds": [attrs.asdict(bound) | {"holds": bound.holds} for bound in bounds],
        "records": records.to_json(),
    }
    (folder / "results.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    parts = ["# Benchmarks", f"{machine.text()} Measured with `--{scale}`." if scale != "default" else machine.text()]
    parts += [EXPLAINED, bounds_table(bounds).markdown()]
    parts += [table.markdown() for table in tables(records)]
    (folder / "results.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
