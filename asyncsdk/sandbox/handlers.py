"""Answers one request that is known, allowed and in time: by the kind of its operation, not by its resource."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from asyncsdk.sandbox import access, actions, bodies, exact, queries, rules
from asyncsdk.sandbox.access import Caller
from asyncsdk.sandbox.assumed import BodyFields, body_fields
from asyncsdk.sandbox.contract import Object, ServedContract, ServedOperation
from asyncsdk.sandbox.refusals import Complaint, Refusal, invalid, missing
from asyncsdk.sandbox.relations import INCLUDES
from asyncsdk.sandbox.rules import Setting
from asyncsdk.sandbox.store import Store, Where
from asyncsdk.sandbox.tables import StoredTable, tables

# Relations that an answer with a single row always has.
_WITH_ONE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"custom_fields": ("options",), "streams": ("streamLeaders", "streamMembers")}
)

# (resource, method) of links: their table, and (path name, field of the link, table it points to) for each path id.
_LINKS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "location": ("holiday_locations", (("holiday_id", "holidays"), ("location_id", "locations"))),
        "leader": ("stream_leaders", (("stream_id", "streams"), ("leader_id", "persons"))),
        "member": ("stream_members", (("stream_id", "streams"), ("member_id", "persons"))),
    }
)


@attrs.frozen
class RoutedRequest:
    """What a handler is given: the operation, its path ids, the raw query and body, who asks, and of which rows.

    `order` is the field lists are in where the query does not say.
    """

    contract: ServedContract
    operation: ServedOperation
    ids: tuple[int, ...]
    query: str
    body: bytes
    content_type: str
    identity: Caller
    setting: Setting
    strict: bool
    order: str = "id"

    @property
    def store(self) -> Store:
        """The rows of the company that is asked."""
        return self.setting.store

    @property
    def table(self) -> StoredTable:
        """The table the operation answers from or writes to."""
        return table_of(self.operation)

    @property
    def fields(self) -> BodyFields:
        """What holds for the fields of the operation's body."""
        return body_fields(self.operation.body)

    @property
    def hidden(self) -> bool:
        """Whether the rows of the table are kept from whoever asks."""
        return self.table.name in self.identity.hidden


def table_of(operation: ServedOperation) -> StoredTable:
    """Returns the table an operation answers from or writes to."""
    if operation.kind in ("attach", "detach"):
        return tables()[_LINKS[operation.name.split("_")[1]][0]]
    if operation.is_list and operation.name != "list":
        return tables()[_LINKS[operation.name.removeprefix("list_").removesuffix("s")][0]]
    return tables()[operation.resource]


def answer(request: RoutedRequest) -> str | None:
    """Returns the answer's JSON text, None where it has no body. Refusals are raised."""
    access.require(request.operation, request.identity)
    kind = request.operation.kind
    failures: list[Complaint] = []
    query = queries.read(request.operation, request.table, request.query, failures, strict=request.strict)
    body: Object = {}
    if request.operation.method != "GET":
        args = request.body, request.content_type, failures
        body = bodies.read(request.operation, *args, strict=request.strict)
    if kind == "create":
        return _create(request, body, failures)
    if kind == "update":
        return _update(request, body, failures)
    if failures:
        raise invalid(failures)
    if kind == "list":
        return _list(request, query)
    if kind == "get":
        return _get(request, query)
    if kind in ("attach", "detach"):
        return _link(request)
    id = request.ids[0]
    row = _row(request, id)
    if kind == "delete":
        _permit(request, row, {})
        _delete(request, id)
        return None
    _permit(request, row, {})
    if kind != "action":
        raise NotImplementedError(f"the contract has a kind of operation the sandbox does not know: {kind}")
    bodies.to_row(request.setting, request.table, request.fields, body, failures)
    if failures:
        raise invalid(failures)
    request.store.update(request.table.name, id, actions.act(request.setting, request.operation, row, body))
    return _one(request, id)


def _list(request: RoutedRequest, query: queries.Query) -> str:
    table, store = request.table, request.store
    if request.ids:
        field, parent = _LINKS[request.operation.name.removeprefix("list_").removesuffix("s")][1][0]
        if not store.exists(parent, request.ids[0]):
            raise missing(parent.removesuffix("s"))
        query.add(Where(f'"{field}" = :parent', {"parent": request.ids[0]}))
    seen = access.scope(request.contract, request.operation, request.identity)
    if request.hidden:
        query.add(Where("0"))
    if narrowed := access.narrow(table.name, seen, request.identity):
        query.add(narrowed)
    if query.order is None and request.order != "id":
        column, way = request.order.removeprefix("-"), "DESC" if request.order.startswith("-") else "ASC"
        query.order = f'"{column}" {way}, id {way}'
    if query.conditions or query.order:
        rows = store.search(table.name, query.where(table), query.limit, query.offset)
    else:
        rows = store.page(table.name, query.deleted, query.limit, query.offset)
    return f"[{','.join(_related(store, rows, query.include))}]"


def _get(request: RoutedRequest, query: queries.Query) -> str:
    # Whoever asks is there, also where no row has been put in.
    id = request.ids[0] if request.ids else exact.one(request.setting, request.table, request.identity.person)
    text = request.store.text(request.table.name, id)
    row: Object | None = None if text is None else json.loads(text)
    if text is None or row is None or (request.ids and not _seen(request, row)):
        raise missing()
    if query.deleted != "all" and (row.get("deleted_at") is None) != (query.deleted == "live"):
        raise missing()
    include = query.include or _WITH_ONE.get(request.table.name, ())
    return _related(request.store, [(id, text)], include)[0]


def _create(request: RoutedRequest, body: Object, failures: list[Complaint]) -> str:
    table, store = request.table, request.store
    values = bodies.to_row(request.setting, table, request.fields, body, failures)
    _check(request, body, values, failures)
    row = exact.begin(request.setting, table, values)
    rules.complete(request.setting, table, row)
    _permit(request, row, body)
    if table.name == "timesheet_whitelists" and store.column(
        table.name,
        "id",
        Where("project_id = :p AND person_id = :q", {"p": _int(row, "project_id"), "q": _int(row, "person_id")}),
    ):
        raise Refusal(409, "This person is on the project's timesheet whitelist already.")
    return _one(request, store.insert(table.name, _stored(table, row)))


def _update(request: RoutedRequest, body: Object, failures: list[Complaint]) -> str:
    table, store, id = request.table, request.store, request.ids[0]
    row = _row(request, id)
    _permit(request, row, body)
    values = bodies.to_row(request.setting, table, request.fields, body, failures)
    _check(request, body, {**row, **values}, failures)
    rules.complete(request.setting, table, values)
    if table.dynamic and "dynamic" in values:
        held = {name: value for name, value in row.items() if name.startswith(table.dynamic)}
        changes = values["dynamic"]
        held.update(changes if isinstance(changes, dict) else {})
        if table.dynamic == "metadata_":  # only metadata with a value appear in a project
            held = {name: value for name, value in held.items() if value is not None}
        values["dynamic"] = held
    store.update(table.name, id, _stored(table, values))
    return _one(request, id)


def _check(request: RoutedRequest, body: Object, whole: Object, failures: list[Complaint]) -> None:
    refused = {failure.field for failure in failures}
    found = rules.check(request.table, request.fields, body, whole)
    failures.extend(failure for failure in found if failure.field not in refused)
    if failures:
        raise invalid(failures)


def _delete(request: RoutedRequest, id: int) -> None:
    table, store = request.table, request.store
    if not table.soft:
        firm, loose = store.holders(table.name, id)
        if firm:
            raise Refusal(412, f"It is still in use: {', '.join(sorted({other for other, _ in firm}))}.")
        store.release(table.name, id, loose)
    store.delete(table.name, id, soft=table.soft)


def _link(request: RoutedRequest) -> str | None:
    store = request.store
    name, ends = _LINKS[request.operation.name.split("_")[1]]
    for (_, target), id in zip(ends, request.ids, strict=True):
        if not store.exists(target, id):
            raise missing(target.removesuffix("s"))
    fields = {field: id for (field, _), id in zip(ends, request.ids, strict=True)}
    found = store.column(name, "id", Where(" AND ".join(f'"{field}" = :{field}' for field in fields), fields))
    rows = [row for id in found if (row := store.row(name, int(id or 0)))]
    live = next((row for row in rows if row.get("deleted_at") is None), None)
    if request.operation.kind == "detach":
        if live is None:
            raise missing("link")
        store.delete(name, _int(live, "id"), soft=tables()[name].soft)
        return None
    if live is not None:
        raise Refusal(412, "They are linked already.")
    if rows:
        id = _int(rows[-1], "id")
        store.restore(name, id, {})
    else:
        id = store.insert(name, exact.begin(request.setting, tables()[name], {**fields}))
    return store.text(name, id)


def _row(request: RoutedRequest, id: int) -> Object:
    """Returns the row a request is about: there, not deleted, and one this person may see."""
    row = request.store.row(request.table.name, id)
    if row is None or row.get("deleted_at") is not None or not _seen(request, row):
        raise missing()
    return row


def _seen(request: RoutedRequest, row: Object) -> bool:
    if request.hidden:
        return False
    seen = access.scope(request.contract, request.operation, request.identity)
    if seen == "all":
        return True
    mine = access.is_mine(request.store, request.table.name, row, request.identity.person)
    return mine == (seen == "mine")


def _permit(request: RoutedRequest, row: Object, body: Object) -> None:
    if request.identity.permissions is None:
        return
    mine = access.is_mine(request.store, request.table.name, row, request.identity.person)
    today = request.setting.clock.today()
    access.require_row(request.operation, request.identity, mine=mine, row=row, values=body, today=today)


def _one(request: RoutedRequest, id: int) -> str:
    text = request.store.text(request.table.name, id) or "null"
    return _related(request.store, [(id, text)], _WITH_ONE.get(request.table.name, ()))[0]


def _related(store: Store, rows: list[tuple[int, str]], include: tuple[str, ...]) -> list[str]:
    """Returns rows with their relations written in."""
    texts = [text for _, text in rows]
    for word in include:
        field, name, pointer = INCLUDES[word]
        alive = " AND deleted_at IS NULL" if tables()[name].soft else ""
        for number, (id, _) in enumerate(rows):
            found = store.search(
                name, Where(f'"{pointer}" = :id{alive}', {"id": id}, order=f'"{pointer}", id'), 1000, 0
            )
            texts[number] = f'{texts[number][:-1]},"{field}":[{",".join(text for _, text in found)}]}}'
    return texts


def _stored(table: StoredTable, row: Object) -> Object:
    dynamic = row.get("dynamic")
    if isinstance(dynamic, dict):
        return {**row, "dynamic": json.dumps(dynamic, ensure_ascii=False, separators=(",", ":")) if dynamic else None}
    return row


def _int(row: Object, field: str) -> int:
    value = row.get(field)
    return value if isinstance(value, int) else 0
