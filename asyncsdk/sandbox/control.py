"""The control path `/_sandbox`: faults, changes and the log over HTTP, for clients that are not in this process.

No token is asked for, so only the machine itself is answered.
"""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING

from aiohttp import web

from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.faults import from_json

if TYPE_CHECKING:
    from asyncsdk.sandbox.server import Sandbox


async def answer(sandbox: Sandbox, request: web.BaseRequest) -> web.Response:
    """Answers a request to the control path."""
    if not _local(request.remote):
        return _json({"key": "forbidden", "message": "The control path answers to this machine only."}, 403)
    try:
        raw = await request.read()
        body: Json = json.loads(raw) if raw.strip() else None
        found = _act(sandbox, request.method, request.path.removeprefix("/_sandbox").strip("/"), body)
    except (ValueError, TypeError) as error:
        return _json({"key": "invalid_data", "message": str(error)}, 400)
    if found is None:
        return _json({"key": "not_found", "message": f"Nothing to {request.method} at {request.path}."}, 404)
    return _json(found)


def _act(sandbox: Sandbox, method: str, what: str, body: Json) -> Json:
    if (method, what) == ("GET", ""):
        return _state(sandbox)
    if what == "faults" and method in ("GET", "POST", "DELETE"):
        if method == "POST":
            for fault in from_json(body):
                sandbox.add_fault(fault)
        elif method == "DELETE":
            sandbox.faults.clear()
        return [fault.describe() for fault in sandbox.faults]
    if what == "requests" and method in ("GET", "DELETE"):
        if method == "DELETE":
            sandbox.requests.clear()
        return [
            {"method": r.method, "path": r.path, "query": r.query, "status": r.status, "at": r.at}
            for r in sandbox.requests
        ]
    if (method, what) == ("POST", "mutate"):
        return _mutate(sandbox, body)
    if (method, what) == ("POST", "reset"):
        sandbox.reset()
        return _state(sandbox)
    return None


def _mutate(sandbox: Sandbox, body: Json) -> Json:
    order = body if isinstance(body, dict) else {}
    resource, kind, count = order.get("resource"), order.get("kind", "update"), order.get("count", 1)
    kinds = ("insert", "update", "soft_delete", "hard_delete")
    if not isinstance(resource, str) or kind not in kinds or not isinstance(count, int):
        raise ValueError(f"write {{'resource': 'production_plan_streams', 'kind': one of {kinds}, 'count': 1}}")
    changes = sandbox.mutate(resource, str(kind), count)
    return [{"resource": change.table, "kind": change.kind, "id": change.id} for change in changes]


def _state(sandbox: Sandbox) -> Object:
    statuses: Object = {str(status): count for status, count in sandbox.statuses.items()}
    return {
        "rows": sandbox.rows,
        "seed": sandbox.seed,
        "latency_ms": sandbox.latency_ms,
        "requests": sum(sandbox.statuses.values()),
        "statuses": statuses,
        "faults": len(sandbox.faults),
        "violations": list[Json](sandbox.violations),
    }


def _local(remote: str | None) -> bool:
    try:
        return remote is not None and ipaddress.ip_address(remote).is_loopback
    except ValueError:
        return False


def _json(body: Json, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")
