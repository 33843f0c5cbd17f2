"""Parses the text of a contract or of another OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["parsed"]


def parsed(text: bytes) -> Mapping[str, Any]:
    """A document of YAML or JSON, which is YAML as well.

    Raises:
        SystemExit: PyYAML is not installed.
    """
    try:
        import yaml
    except ModuleNotFoundError:
        raise SystemExit("The generator reads YAML: pip install 'asyncsdk[dev]'") from None
    try:
        document: Mapping[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both loaders are the safe one
    except yaml.YAMLError as problem:
        raise ValueError(f"it is neither YAML nor JSON: {problem}") from None
    return document
