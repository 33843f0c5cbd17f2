"""Changes planted in a copy of the contract, as if the API's makers had published another document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]


def schema(document: Mapping[str, Any], name: str) -> Any:
    return document["components"]["schemas"][name]


def parameters(document: Mapping[str, Any], path: str) -> list[Any]:
    found: list[Any] = document["paths"][path]["get"]["parameters"]
    return found


def _new_operation(d: Document) -> None:
    d["paths"]["/api/streams/{id}:restore"] = {
        "post": {
            "summary": "Restores a stream",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "responses": {
                "200": {
                    "description": "OK",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Stream"}}},
                },
                "404": {"description": "Not found"},
            },
        }
    }


def _without_operation(d: Document) -> None:
    del d["paths"]["/api/levels/{id}"]["get"]


def _new_parameter(d: Document) -> None:
    node = {"name": "client_id", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1}}
    parameters(d, "/api/projects").append(node)


def _without_parameter(d: Document) -> None:
    kept = parameters(d, "/api/timesheets")
    kept[:] = [each for each in kept if each["name"] != "project_id"]


def _mandatory_parameter(d: Document) -> None:
    next(each for each in parameters(d, "/api/invoices") if each["name"] == "project_id")["required"] = True


def _parameter_values(d: Document) -> None:
    deleted = next(each for each in parameters(d, "/api/projects") if each["name"] == "deleted")
    deleted["schema"] = {"type": "string", "enum": ["exclude", "include"], "default": "exclude"}


def _parameter_bound(d: Document) -> None:
    limit = next(each for each in parameters(d, "/api/projects") if each["name"] == "limit")
    limit["schema"] = {"type": "integer", "minimum": 1, "maximum": 50, "default": 50}


def _list_becomes_one(d: Document) -> None:
    content = d["paths"]["/api/roles"]["get"]["responses"]["200"]["content"]["application/json"]
    content["schema"] = content["schema"]["items"]


def _new_status(d: Document) -> None:
    d["paths"]["/api/streams"]["post"]["responses"]["409"] = {"$ref": "#/components/responses/Error409"}


def _permissions(d: Document) -> None:
    d["paths"]["/api/projects"]["get"]["x-permissions"] = ["projects.view"]


def _new_field(d: Document) -> None:
    schema(d, "Project")["properties"]["color"] = {"type": ["string", "null"], "maxLength": 7}


def _without_field(d: Document) -> None:
    del schema(d, "Person")["properties"]["stream_id"]


def _renamed_field(d: Document) -> None:
    person = schema(d, "Person")
    person["properties"]["family_name"] = person["properties"].pop("surname")
    person["required"] = [name.replace("surname", "family_name") for name in person["required"]]


def _retyped_field(d: Document) -> None:
    schema(d, "Level")["properties"]["name"] = {"type": "integer"}


def _nullable_field(d: Document) -> None:
    schema(d, "Stream")["properties"]["is_default"] = {"type": ["boolean", "null"]}


def _optional_field(d: Document) -> None:
    schema(d, "Person")["required"].remove("email")


def _enumeration(d: Document) -> None:
    schema(d, "Budget")["properties"]["status"]["enum"] = ["DRAFT", "SUBMITTED", "APPROVED", "REJECTED"]


def _mandatory_body_field(d: Document) -> None:
    schema(d, "CreateStream")["properties"]["color"] = {"type": "string"}
    schema(d, "CreateStream")["required"] = ["name", "color"]


def _without_body_field(d: Document) -> None:
    del schema(d, "UpdateProject")["properties"]["job_order"]


def _body_bound(d: Document) -> None:
    schema(d, "UpdateProject")["properties"]["name"]["maxLength"] = 100


# What is planted, the difference that names it, and what callers see of it.
PLANTED: list[tuple[Callable[[Document], None], str, str | None]] = [
    (_new_operation, "operation POST /api/streams/{id}:restore: is new", "added: wethod.streams.restore"),
    (_without_operation, "operation GET /api/levels/{id}: is gone", "broken: wethod.levels.get is gone"),
    (_new_parameter, "parameter GET /api/projects client_id: is new", "added: wethod.projects.list takes client_id"),
    (
        _without_parameter,
        "parameter GET /api/timesheets project_id: is gone",
        "broken: wethod.timesheets.list takes no project_id any more",
    ),
    (_mandatory_parameter, "parameter GET /api/invoices project_id: is mandatory", None),
    (
        _parameter_values,
        "parameter GET /api/projects deleted: takes exclude, include",
        "broken: wethod.projects.list takes deleted",
    ),
    (_parameter_bound, "parameter GET /api/projects limit: maximum is 50", None),
    (_list_becomes_one, "operation GET /api/roles: answers with one row", None),
    (_new_status, "operation POST /api/streams: may answer 409", None),
    (_permissions, "operation GET /api/projects: needs projects.view", None),
    (_new_field, "model Project.color: is new: text", "added: Project.color is new: string or None"),
    (_without_field, "model Person.stream_id: is gone", "broken: Person.stream_id is gone"),
    (_renamed_field, "model Person.family_name: is new: text", "renamed: Person.surname is called family_name"),
    (_retyped_field, "model Level.name: is integer, not text", "broken: Level.name is integer"),
    (_nullable_field, "model Stream.is_default: can be null", "broken: Stream.is_default is boolean or None"),
    (_optional_field, "model Person.email: may be missing", "broken: Person.email is string or None"),
    (_enumeration, "model Budget.status: is one of DRAFT, SUBMITTED, APPROVED, REJECTED", None),
    (_mandatory_body_field, "body CreateStream.color: is new: text", "broken: wethod.streams.create needs color"),
    (
        _without_body_field,
        "body UpdateProject.job_order: is gone",
        "broken: wethod.projects.update takes no job_order any more",
    ),
    (_body_bound, "body UpdateProject.name: maxLength is 100", "broken: wethod.projects.update refuses more of name"),
]
