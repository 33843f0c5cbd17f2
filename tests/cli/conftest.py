"""An API that answers as a test says, which the WETHOD_* variables lead to."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.scripted_api import Api


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A server in a thread, and the WETHOD_* variables that lead to it."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server looks for
            parts = urlsplit(self.path)
            api.asked.append(self.path)
            query = {name: int(values[0]) for name, values in parse_qs(parts.query).items() if values[0].isdecimal()}
            status, body = api.errors.get(parts.path, (200, None))
            if body is None:
                start = query.get("offset", 0)
                body = api.lists.get(parts.path, [])[start : start + query.get("limit", 100)]
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
        thread.start()
        api.url = f"http://127.0.0.1:{server.server_address[1]}"
        for name, value in {"TOKEN": "token-of-tests", "COMPANY": "acme", "BASE_URL": api.url}.items():
            monkeypatch.setenv(f"WETHOD_{name}", value)
        monkeypatch.delenv("COLUMNS", raising=False)
        yield api
        server.shutdown()
    # An extraction keeps the collector from looking at what is there: right for a process that does nothing else.
    gc.set_threshold(700, 10, 10)
