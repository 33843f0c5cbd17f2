"""What records the calls of generated methods instead of sending them."""

from __future__ import annotations

import importlib

import pytest

from tests.contract.generated import READ, Recorder, sent_alone


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    for resource in READ.resources:
        module = importlib.import_module(f"asyncsdk.resources.{resource.name}")
        if hasattr(module, "Pager"):
            monkeypatch.setattr(module, "Pager", recorder.pager)
        for name in ("created", "linked"):
            if hasattr(module, name):  # what they do after a lost answer is tried with real answers
                monkeypatch.setattr(module, name, sent_alone)
    return recorder
