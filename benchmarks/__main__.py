"""asyncsdk beside other clients and beside the floor: requests, wall, CPU, memory, imports; as tables and plots.

    python -m benchmarks                 15 to 20 minutes on two cores; up to 1,000,000 rows
    python -m benchmarks --quick         a minute or two: shows that everything works, its figures say little
    python -m benchmarks --full          the whole grid: 0, 20, 100 ms; 1 to 32 in flight; 10,000 to 1,000,000 rows;
                                         some two hours
    python -m benchmarks --only cpu get  some sections: imports alone secure cpu get wall window clients memory

Peers come with `pip install -e '.[bench]'`; one that is not installed is left out, and so is one that fails. Servers
and clients are processes of their own, ended with this one. A default or full run writes benchmarks/results/ (what the
README shows); --quick and --only write benchmarks/results/draft/.
"""

from __future__ import annotations

import argparse
import importlib.util
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from . import clients, imports, results, tables, walk
from .bounds import bounds
from .machine import Machine
from .records import Record, Records
from .scale import DEFAULT, FULL, QUICK, Scale

SECTIONS: Mapping[str, Callable[[Scale], Iterator[Record]]] = {
    "imports": imports.imports,
    "alone": clients.alone,
    "secure": clients.secure,
    "cpu": walk.cpu,
    "get": walk.get,
    "wall": walk.wall,
    "window": walk.window,
    "clients": clients.clients,
    "memory": clients.memory,
}
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Measures section by section, prints each as it is done, and writes all of it at the end."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--quick", action="store_const", dest="scale", const=QUICK, default=DEFAULT, help="a minute or two"
    )
    size.add_argument("--full", action="store_const", dest="scale", const=FULL, help="two hours, the whole grid")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), metavar="NAME", help="sections to measure")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often everything is measured")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write")
    options = parser.parse_args()
    scale: Scale = options.scale if options.rounds is None else options.scale.with_rounds(options.rounds)
    whole = scale.name != QUICK.name and options.only is None
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: no process is left behind
    try:
        return _measure(scale, options.only or list(SECTIONS), options.out or (RESULTS if whole else RESULTS / "draft"))
    except KeyboardInterrupt:
        print("\ninterrupted; nothing was written", file=sys.stderr)
        return 130


def _measure(scale: Scale, sections: list[str], folder: Path) -> int:
    machine, records, failed = Machine.here(), Records(), []
    print(machine.text())
    for name in sections:
        begun = time.monotonic()
        print(f"\n== {name}", flush=True)
        try:
            for record in SECTIONS[name](scale):
                records.add(record)
        except Exception as error:  # the other sections have something to say all the same
            failed.append(name)
            print(f"  FAILED, what is missing below was not measured: {type(error).__name__}: {error}")
        print(tables.text(records, name))
        print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
    shown = list(bounds(records))
    print("\n" + tables.bounds_table(shown).text())
    results.write(folder, scale.name, machine, records, shown)
    if importlib.util.find_spec("matplotlib") is None:
        print("\nno plots: matplotlib is not installed (pip install -e '.[bench]')")
    else:
        from . import plots

        plots.draw(records, machine, folder)
    print(f"\nwritten to {folder}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
