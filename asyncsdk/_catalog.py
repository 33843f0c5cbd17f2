"""The contract at run time, read here and nowhere else: its lists, what they can be filtered by, what fields mean.

The sandbox serves and checks by the whole document; the others need a few facts of each list.
"""

from __future__ import annotations

import functools
import importlib
import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import resources
from typing import Any, Final, cast

import attrs

from ._codec import written
from ._codec.values import Json
from ._codec.written import ParameterKind
from ._limits import clock
from .errors import ArgumentError

__all__ = ["Listing", "ParameterKind", "Parent", "document", "find", "listed_at", "listings", "properties"]

_PAGING: Final = {"limit", "offset"}


@attrs.frozen
class Parent:
    """The list whose rows a nested list hangs on.

    Args:
        table: the parent's list, such as `streams`.
        parameter: what the nested list calls the parent's id, such as `stream_id`.
        include: what the parent's list reads the rows along by, such as `streamLeaders`; None: it does not.
        field: of the parent's rows, in which they then are, such as `stream_leaders`.
    """

    table: str
    parameter: str
    include: str | None = None
    field: str | None = None


@attrs.frozen(kw_only=True)
class Listing:
    """One list of the API.

    Args:
        table: its name here: the attribute (`production_plan_streams`), for a nested list with the list's own name
            (`streams_leaders`).
        resource, method: where it is on the client.
        path: of the request.
        schema: the name of its rows' model.
        parent: for a nested list, what it is nested in.
        parameters: what it can be filtered by, with the kind of value each takes.
        soft_deletes: whether it shows deleted rows on request (`deleted=`).
        permissions: of which the reader needs some.
        feature: the company feature it belongs to.
        row_path: where one of its rows is read, `{id}` in it; None where the API gives its rows in lists only.
    """

    table: str
    resource: str
    method: str
    path: str
    schema: str
    parent: Parent | None = None
    parameters: Mapping[str, ParameterKind] = attrs.field(factory=dict)
    soft_deletes: bool = False
    permissions: tuple[str, ...] = ()
    feature: str | None = None
    row_path: str | None = None

    @property
    def model(self) -> type:
        """The attrs class of its rows; importing it waits until it is asked for."""
        return cast("type", getattr(importlib.import_module(f"asyncsdk.models.{self.resource}"), self.schema))

    def value(self, name: str, text: str) -> object:
        """A filter's value as the client's methods take it, from how it is written on the command line.

        `7`, `true`, `gte:2026-05-01`, `between:2026-05-01,2026-05-31`, `month:2026-05`, `today`: see `written`.

        Raises:
            ArgumentError: the list has no such filter, or the text is none of its values.
        """
        kind = self.parameters.get(name)
        if kind is None:
            near = get_close_matches(name.replace("-", "_"), self.parameters, n=3, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            known = ", ".join(self.parameters) or "none"
            raise ArgumentError(name, f"{self.table} has no such filter; {hint}it has {known}")
        today = clock.utc_now().astimezone().date()
        return written.value(name, text, kind, today=today)


@functools.cache
def document() -> dict[str, Json]:
    """The whole contract, as OpenAPI has it. It is shared: treat it as read-only."""
    text = resources.files("asyncsdk.contract").joinpath("openapi.json").read_text(encoding="utf-8")
    return cast("dict[str, Json]", json.loads(text))


def properties(schema: str) -> Mapping[str, Mapping[str, Any]]:
    """What the contract says of the fields of a model, by their names on the wire; nothing for a model of others."""
    schemas = cast("dict[str, dict[str, dict[str, Any]]]", document()["components"])["schemas"]
    return cast("Mapping[str, Mapping[str, Any]]", schemas.get(schema, {}).get("properties", {}))


def find(name: str) -> Listing:
    """A list by the name of its attribute (`production_plan_streams`) or path (`production-plan-streams`).

    Raises:
        ArgumentError: there is none; the message names the nearest.
    """
    wanted = name.strip().strip("/").removeprefix("api/").replace("-", "_").replace(".", "_")
    known = listings()
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else "`asyncsdk resources` lists them"
    raise ArgumentError("resource", f"there is no {name!r}; {hint}")


@functools.cache
def listings() -> Mapping[str, Listing]:
    """Every list of the contract by its name, in the order of their names."""
    paths = cast("dict[str, dict[str, Any]]", document()["paths"])
    single = {path for path, item in paths.items() if "get" in item}
    found = [
        _listing(path, item["get"], row_path if (row_path := f"{path}/{{id}}") in single else None)
        for path, item in paths.items()
        if item.get("get", {}).get("x-kind") == "list"
    ]
    return {listing.table: listing for listing in sorted(found, key=lambda listing: listing.table)}


def listed_at(route: str) -> Listing | None:
    """The list at a path of the contract, such as `/api/streams/{stream_id}/leaders`; None for one it does not know."""
    return next((listing for listing in listings().values() if listing.path == route), None)


def _listing(path: str, operation: Mapping[str, Any], row_path: str | None) -> Listing:
    resource, method = operation["x-sdk"]["resource"], operation["x-sdk"]["method"]
    own: Sequence[Mapping[str, Any]] = [each for each in operation["parameters"] if "in" in each]
    ids = [each["name"] for each in own if each["in"] == "path"]
    queries = {each["name"]: _kind(each) for each in own if each["in"] == "query" and each["name"] not in _PAGING}
    schema = _schema_of(operation)
    return Listing(
        table=resource + method.removeprefix("list"),
        resource=resource,
        method=method,
        path=path,
        schema=schema,
        parent=_parent(resource, ids[0], path, schema) if ids else None,
        parameters=queries,
        soft_deletes="deleted" in queries,
        permissions=tuple(operation.get("x-permissions", ())),
        feature=operation.get("x-requires-feature"),
        row_path=row_path,
    )


def _schema_of(operation: Mapping[str, Any]) -> str:
    """The name of the model of a list's rows."""
    content = operation["responses"]["200"]["content"]["application/json"]
    return str(content["schema"]["items"]["$ref"]).rpartition("/")[2]


def _parent(resource: str, parameter: str, path: str, schema: str) -> Parent:
    """What a nested list hangs on, and by which `include` the parent's list reads its rows along."""
    listed = cast("dict[str, dict[str, Any]]", document()["paths"])[path.partition("/{")[0]]["get"]
    fields = properties(_schema_of(listed))
    values = [value for each in listed["parameters"] if each.get("name") == "include" for value in each["x-values"]]
    for value in values:
        field = re.sub(r"(?=[A-Z])", "_", value).lower()
        if str(fields.get(field, {}).get("items", {}).get("$ref")).rpartition("/")[2] == schema:
            return Parent(resource, parameter, value, field)
    return Parent(resource, parameter)


def _kind(parameter: Mapping[str, Any]) -> ParameterKind:
    operators = parameter.get("x-filter", {}).get("type")
    if operators in {"date", "date-time"}:
        return cast("ParameterKind", operators)
    if operators == "integer":
        return "integers"
    kind = parameter.get("x-accepts") or parameter["schema"].get("type")
    return kind if kind in {"integer", "boolean"} else "text"
