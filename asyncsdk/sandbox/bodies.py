"""Reads a request body against its schema, and against the rows and answers it is to become part of."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from asyncsdk.sandbox.assumed import BodyFields
from asyncsdk.sandbox.contract import Json, Object, ServedOperation, load, mapping
from asyncsdk.sandbox.operands import read_date, read_moment
from asyncsdk.sandbox.refusals import Complaint, invalid
from asyncsdk.sandbox.relations import target
from asyncsdk.sandbox.rules import Setting
from asyncsdk.sandbox.store import Store
from asyncsdk.sandbox.tables import StoredTable, tables

_MOST = 2**53
_OURS = frozenset({"id", "created_at", "updated_at", "deleted_at", "archived_at"})  # never a caller's to set
_BLANKS = b" \t\r\n"
_EMPTY = (b"", b"{}", b"[]")
_UNKNOWN = "is not a field of this operation"


def read(
    operation: ServedOperation, raw: bytes, content_type: str, failures: list[Complaint], *, strict: bool
) -> Object:
    """Returns the body's fields that fit; {} where there is none. What does not fit is added to `failures`.

    A body that cannot be read at all is refused at once.
    """
    if operation.body is None:
        if raw.translate(None, _BLANKS) not in _EMPTY and strict:
            failures.append(Complaint("body", "this operation takes no body"))
        return {}
    if not raw.strip():
        if operation.body_required:
            raise invalid([*failures, Complaint("body", "a JSON object is required")])
        return {}
    value = _parse(raw, content_type, failures)
    found = list(_check(operation.body, value, strict=strict))
    failures.extend(found)
    refused = {failure.field.partition(".")[0] for failure in found}
    return {name: part for name, part in value.items() if name not in refused}


def _parse(raw: bytes, content_type: str, failures: list[Complaint]) -> Object:
    message = "must be a JSON object"
    if content_type != "application/json":
        message = f"must be sent as application/json, not {content_type}"
    else:
        try:
            value: Json = json.loads(raw, parse_constant=_refuse)
            json.dumps(value, ensure_ascii=False).encode()  # lone surrogates are not text
        except (ValueError, RecursionError) as error:
            message = f"is not JSON: {error}"
        else:
            if value == []:  # an empty object, as PHP writes it
                return {}
            if isinstance(value, dict):
                return value
    raise invalid([*failures, Complaint("body", message)])


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a JSON value")


def _check(schema: str, value: Object, *, strict: bool) -> Iterable[Complaint]:
    shape = load().schemas[schema]
    properties = mapping(shape.get("properties") or {})
    prefix = shape.get("x-dynamic-prefix")
    named: set[str] = set()
    if properties and strict:
        # A schema that is open for its dynamic keys is not open for misspelt ones.
        for name in value:
            if name not in properties and not (prefix and re.fullmatch(f"{prefix}[0-9]+", name)):
                named.add(name)
                yield Complaint(name, _UNKNOWN)
    for error in validator(schema).iter_errors(value):
        if error.validator in ("additionalProperties", "unevaluatedProperties"):
            continue  # named above where strict
        field = _field(error)
        if field not in named:
            named.add(field)
            yield Complaint(field, error.message)
    for name, part in value.items():
        if name not in named and (message := _unfit(part)):
            yield Complaint(name, message)


def _field(error: ValidationError) -> str:
    if error.path:
        return ".".join(str(part) for part in error.path)
    if error.validator == "required":
        needed = error.validator_value  # of the part that failed, which may be the branch of a condition
        named = [name for name in needed if error.message.startswith(repr(name))] if isinstance(needed, list) else []
        return named[0] if named else "body"
    return "body"


def _unfit(value: Json) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > _MOST:
        return "is too large"
    if isinstance(value, str) and "\0" in value:
        return "must not contain a NUL character"
    if isinstance(value, list):
        return next((message for part in value if (message := _unfit(part))), None)
    return None


@functools.cache
def validator(schema: str, *, array: bool = False) -> Draft202012Validator:
    """Returns the validator of a component's schema, or of an array of such."""
    shape: Object = {"$ref": f"#/components/schemas/{schema}"}
    whole: Object = {"type": "array", "items": shape} if array else shape
    return Draft202012Validator({**whole, "components": load().document["components"]}, format_checker=_formats())


@functools.cache
def _column_validator(table: str, column: str) -> Draft202012Validator:
    return Draft202012Validator(tables()[table].columns[column].schema, format_checker=_formats())


@functools.cache
def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())

    @checker.checks("date", raises=ValueError)
    def date(value: object) -> bool:
        return not isinstance(value, str) or bool(read_date(value))

    @checker.checks("date-time", raises=ValueError)
    def moment(value: object) -> bool:
        return not isinstance(value, str) or bool(read_moment(value))

    @checker.checks("YYYY-MM", raises=ValueError)
    def month(value: object) -> bool:
        return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value))

    return checker


def to_row(
    setting: Setting, table: StoredTable, fields: BodyFields, value: Object, failures: list[Complaint]
) -> Object:
    """Returns a body's fields as the row's: renamed and rewritten as they come back, ids looked up, limits checked.

    What the row cannot take is added to `failures` under the name the body has for it.
    """
    row: Object = {}
    dynamic: Object = {}
    for name, part in value.items():
        if setting.tidy:
            part = _tidied(part)
        if table.dynamic and name.startswith(table.dynamic):
            _dynamic(setting.store, table, name, part, failures)
            dynamic[name] = part
            continue
        column, part = fields.column(name), fields.rewritten(name, part)
        if column is None:
            column = name  # it does not come back, but an id in it has to be one
        if message := misfit(setting.store, table, column, part):
            failures.append(Complaint(name, message))
            continue
        if column in table.columns and column not in _OURS:
            row[column] = part
    if dynamic:
        row["dynamic"] = dynamic
    return row


def _tidied(value: Json) -> Json:
    if isinstance(value, str):
        return value.strip()
    return round(value, 2) if isinstance(value, float) else value


def misfit(store: Store, table: StoredTable, column: str, value: Json) -> str | None:
    """Returns why a column cannot have a value: its schema, or that there is no such row; None where it can."""
    if column in table.columns:
        for error in _column_validator(table.name, column).iter_errors(value):
            return str(error.message)
    pointed = target(column, table.name)
    if pointed is not None and value is not None and not (isinstance(value, int) and store.exists(pointed, value)):
        return f"there is no such row in {pointed}"
    return None


def _dynamic(store: Store, table: StoredTable, name: str, value: Json, failures: list[Complaint]) -> None:
    prefix = table.dynamic or ""
    id = int(name.removeprefix(prefix)[:15])
    if prefix == "metadata_":
        known = store.row("project_metadata", id)
        allowed = known["values"] if known else None
        if known is None:
            failures.append(Complaint(name, "there is no such project metadata"))
        elif value is not None and isinstance(allowed, list) and allowed and value not in allowed:
            failures.append(Complaint(name, f"must be one of {', '.join(map(str, allowed))}"))
        return
    if not store.exists("custom_fields", id):
        failures.append(Complaint(name, "there is no such custom field"))
        return
    option = store.row("custom_field_options", value) if isinstance(value, int) else None
    if value is not None and (option is None or option["custom_field_id"] != id or option["deleted_at"] is not None):
        failures.append(Complaint(name, "must be the id of one of the field's options, or null"))
