"""What a plausible row of each list says, field by field, where the name of the field does not tell.

A recipe gives the fields it knows; ids of other rows, stamps and empty values are filled in for it. `created_at` and
`updated_at`, where it gives them, are seconds since 1970; those of `created_at` must rise with the ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asyncsdk.sandbox.recipes import budgets, company, people, planning, projects
from asyncsdk.sandbox.recipes.recipe import Recipe

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {**company.RECIPES, **people.RECIPES, **projects.RECIPES, **planning.RECIPES, **budgets.RECIPES}
)

# Rows with archived_at: those ids of each table that are archived.
ARCHIVED: Mapping[str, frozenset[int]] = MappingProxyType(
    {"streams": frozenset({13, 14}), "custom_fields": frozenset({4}), "capacities": frozenset({3})}
)

__all__ = ["ARCHIVED", "RECIPES", "Recipe"]
