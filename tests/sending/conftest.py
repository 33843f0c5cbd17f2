"""The variables of the environment that name proxies."""

from __future__ import annotations

import pytest

from tests.sending.proxied import Environment


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    def set_to(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_to
