"""The control path `/_sandbox`: faults, changes and the log over HTTP, for clients that are not in this process.

No token is asked for, so only the machine itself is answered, and only what a page of another site cannot send: the
host must be local, an origin too, and what changes something must be JSON.
"""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from asyncsdk.sandbox.contract import Json, Object
from asyncsdk.sandbox.faults import CHANGES, from_json, read_json
from asyncsdk.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from asyncsdk.sandbox.sandbox import Sandbox

_MOST_CHANGES = 10_000  # rows one request changes


async def answer(sandbox: Sandbox, request: web.BaseRequest) -> web.Response:
    """Answers a request to the control path."""
    try:
        _admit(request)
        raw = await request.read()
        body: Json = read_json(raw) if raw.strip() else None
        found = _act(sandbox, request.method, request.path.removeprefix("/_sandbox").strip("/"), body)
        if found is None:
            raise Refusal(404, f"Nothing to {request.method} at {request.path}.")
    except Refusal as refusal:
        return _json(refusal.body(), refusal.status)
    except web.HTTPRequestEntityTooLarge:
        return _json(Refusal(413, "The body is too large.").body(), 413)
    except (ValueError, TypeError, RecursionError) as error:
        return _json({"key": "invalid_data", "message": str(error)}, 400)
    return _json(found)


def _admit(request: web.BaseRequest) -> None:
    headers = request.headers
    # A site in the browser of this machine is told apart by what the browser says of it; a name that was made to
    # point here, by the host that was asked for.
    origins = [headers[name] for name in ("Origin", "Referer") if name in headers]
    foreign = headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin", "same-site")
    hosts = headers.getall("Host", [])
    local = len(hosts) == 1 and _local_host(f"//{hosts[0]}") and all(map(_local_host, origins))
    if not _local_address(request.remote) or foreign or not local:
        raise Refusal(403, "The control path answers to this machine only.")
    kind = request.content_type
    if request.method not in ("GET", "HEAD") and kind != _JSON and (request.body_exists or kind in _FORMS):
        raise Refusal(415, f"Write {_JSON}, not {kind}.")


_JSON = "application/json"
_FORMS = ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded")  # what any page may send anywhere


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
    if (method, what) == ("POST", "add"):
        return _add(sandbox, body)
    if (method, what) == ("POST", "reset"):
        sandbox.reset()
        return _state(sandbox)
    return None


def _mutate(sandbox: Sandbox, body: Json) -> Json:
    order = body if isinstance(body, dict) else {}
    resource, kind, count = order.get("resource"), order.get("kind", "update"), order.get("count", 1)
    known = isinstance(resource, str) and kind in CHANGES and not order.keys() - {"resource", "kind", "count"}
    if not known or not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MOST_CHANGES:
        example = '{"resource": "production_plan_streams", "kind": "update", "count": 3}'
        raise ValueError(f"write {example}; kinds are {', '.join(CHANGES)}, count is at most {_MOST_CHANGES:,}")
    changes = sandbox.mutate(str(resource), str(kind), count)
    return [{"resource": change.table, "kind": change.kind, "id": change.id} for change in changes]


def _add(sandbox: Sandbox, body: Json) -> Json:
    order = body if isinstance(body, dict) else {}
    resource, fields, company = order.get("resource"), order.get("fields", {}), order.get("company")
    known = not order.keys() - {"resource", "fields", "company"} and isinstance(company, str | None)
    if not known or not isinstance(resource, str) or not isinstance(fields, dict) or "company" in fields:
        raise ValueError('write {"resource": "timesheets", "fields": {"hours": 8}}, and "company" for another one')
    return dict(sandbox.add(resource, company=company if isinstance(company, str) else None, **fields))


def _state(sandbox: Sandbox) -> Object:
    statuses: Object = {str(status): count for status, count in sandbox.statuses.items()}
    return {
        "rows": sandbox.rows,
        "seed": sandbox.seed,
        "today": sandbox.store.day,
        "latency_ms": sandbox.latency_ms,
        "requests": sum(sandbox.statuses.values()),
        "statuses": statuses,
        "faults": len(sandbox.faults),
        "pending": sandbox.pending,
        "violations": list[Json](sandbox.violations),
    }


def _local_address(remote: str | None) -> bool:
    try:
        address = ipaddress.ip_address((remote or "").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _local_host(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    name = host.removesuffix(".")
    return name == "localhost" or name.endswith(".localhost") or _local_address(host)


def _json(body: Json, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")
