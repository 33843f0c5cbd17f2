"""Companies of a sandbox, each with a token of its own in the environment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asyncsdk.sandbox import Sandbox

COMPANIES = ("acme", "globex", "initech")


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox of three companies; ACME_TOKEN, GLOBEX_TOKEN, INITECH_TOKEN are set, and the work is done elsewhere."""
    monkeypatch.chdir(tmp_path)
    async with Sandbox(rows=120, seed=3) as sandbox:
        monkeypatch.setenv("WETHOD_BASE_URL", sandbox.url)
        for name in COMPANIES:
            monkeypatch.setenv(f"{name.upper()}_TOKEN", sandbox.add_token(f"token-of-{name}", company=name))
        yield sandbox
