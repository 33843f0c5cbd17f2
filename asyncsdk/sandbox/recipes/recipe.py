"""What a recipe is: a function from a row being drawn to the fields that it knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from asyncsdk.sandbox.contract import Object
from asyncsdk.sandbox.draw import Draw

Recipe: TypeAlias = Callable[[Draw], Object]
