"""On what, with what and when something was measured: without that, figures say nothing."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import attrs

DISTRIBUTIONS = (
    "asyncsdk",
    "aiohttp",
    "attrs",
    "msgspec",
    "uvloop",
    "pyarrow",
    "orjson",
    "httpx",
    "pydantic",
    "dlt",
    "singer-sdk",
)


@attrs.frozen
class Machine:
    """What the reader must know."""

    processor: str
    cores: int
    memory_gb: float | None
    system: str
    python: str
    versions: dict[str, str]
    date: str
    load: float | None

    @classmethod
    def here(cls) -> Machine:
        """This one, now."""
        versions = {}
        for name in DISTRIBUTIONS:
            with suppress(metadata.PackageNotFoundError):
                versions[name] = metadata.version(name)
        memory = load = None
        with suppress(AttributeError, ValueError, OSError):
            memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
        with suppress(AttributeError, OSError):
            load = round(os.getloadavg()[0], 2)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(
            processor=_processor(),
            cores=cores,
            memory_gb=memory,
            system=f"{platform.system()} {platform.release().partition('-')[0]}",
            python=f"{platform.python_implementation()} {platform.python_version()}",
            versions=versions,
            date=datetime.now(UTC).date().isoformat(),
            load=load,
        )

    def text(self) -> str:
        """In two lines."""
        memory = "" if self.memory_gb is None else f", {self.memory_gb:g} GB"
        load = "" if self.load is None else f", load {self.load:g} at the start"
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        machine = f"{self.processor}, {self.cores} cores{memory}, {self.system}"
        return f"{machine}, {self.python}, {self.date}{load}.\n{versions}."


def _processor() -> str:
    with suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
