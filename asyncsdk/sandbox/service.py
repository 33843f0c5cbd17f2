"""Answers requests without any network: method, path, headers and body in, status, headers and text out."""

from __future__ import annotations

import json
import logging
import threading
import zlib
from collections.abc import Collection, Mapping

import attrs

from asyncsdk.errors import ArgumentError
from asyncsdk.sandbox import bodies, deviations, handlers
from asyncsdk.sandbox.access import Caller
from asyncsdk.sandbox.clock import ServiceClock
from asyncsdk.sandbox.contract import ServedContract, ServedOperation, load
from asyncsdk.sandbox.deviations import Deviation
from asyncsdk.sandbox.fill import Filling
from asyncsdk.sandbox.limits import Window
from asyncsdk.sandbox.refusals import Complaint, Refusal, invalid
from asyncsdk.sandbox.rules import Setting
from asyncsdk.sandbox.store import Store

__all__ = [
    "Caller",
    "ReceivedRequest",
    "ServedAnswer",
    "Service",
    "ServiceClock",
    "Setting",
]

logger: logging.Logger = logging.getLogger(__name__)

_UNSAID = frozenset({405})  # what the contract need not name: a method that is not there


@attrs.frozen
class ReceivedRequest:
    """One request as it came. `query` is the raw query string, `headers` are looked up without regard to case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content_type: str
    body: bytes


@attrs.frozen
class ServedAnswer:
    """What goes out: `text` is JSON, None where there is no body. `operation` and `store` where it was known whose."""

    status: int
    text: str | None
    headers: dict[str, str] = attrs.field(factory=dict)
    operation: ServedOperation | None = None
    store: Store | None = None


class Service:
    """The companies, their rows and their people. `breaches` are answers that were not as the contract says.

    `day` is the day the first rows end, today by default; with `empty` there are none. With `tidy` texts are trimmed
    and numbers rounded before they are kept. One request is answered at a time; `lock` is held meanwhile, so that
    another thread that holds it sees the rows as they are between two.
    """

    def __init__(
        self,
        *,
        rows: int,
        seed: int,
        company: str,
        clock: ServiceClock,
        database: str,
        without: Collection[str],
        strict: bool,
        judge: bool,
        rate_limit: int | None,
        rate_window: float,
        order: str = "id",
        day: str | None = None,
        empty: bool = False,
        tidy: bool = False,
    ) -> None:
        if order.removeprefix("-") not in ("id", "created_at", "updated_at"):
            raise ArgumentError("order", f"id, created_at or updated_at, descending after -, not {order!r}")

        self.contract: ServedContract = load()
        known = {_feature(o.feature) for o in self.contract.operations if o.feature}
        if unknown := {_feature(name) for name in without} - known:
            words = f"{', '.join(sorted(unknown))} is no feature of the contract"
            raise ArgumentError("without", f"{words}; known: {', '.join(sorted(known))}")
        self.lock: threading.RLock = threading.RLock()
        self._day, self._empty, self._tidy = day, empty, tidy
        self.rate_limit: int | None = rate_limit
        self.rate_window: float = rate_window
        self.breaches: list[str] = []
        self.deviations: list[Deviation] = []
        self._rows, self._seed, self._company, self._database = rows, seed, company, database
        self._clock, self._strict, self._judging, self._order = clock, strict, judge, order
        self._without = frozenset(_feature(name) for name in without)
        self._stores: dict[str, Store] = {}
        self._identities: dict[str, dict[str, Caller]] = {}
        self._windows: dict[str, Window] = {}

    def register(self, identity: Caller) -> None:
        """Makes a token known, and its company with it; a person may have several companies with one token."""
        self._identities.setdefault(identity.token, {})[identity.company] = identity

    def store(self, company: str) -> Store:
        """Returns the rows of a company. Another company than the first has other rows."""
        store = self._stores.get(company)
        if store is None:
            first = company == self._company
            seed = self._seed if first else self._seed + zlib.crc32(company.encode())
            database = self._database if first or self._database == ":memory:" else f"{self._database}.{company}"
            identity = f"company {company}, rows {self._rows}, seed {self._seed}{', empty' if self._empty else ''}"
            filling = Filling(self._rows, seed, self._empty)
            store = self._stores[company] = Store(filling, identity, self._clock, database, self._day)
        return store

    def setting(self, company: str, person: int = 1) -> Setting:
        """Returns what rules look at in a company."""
        return Setting(self.store(company), self._clock, person, self._tidy)

    def reset(self) -> None:
        """Back to the first rows and full rate limits."""
        for store in self._stores.values():
            store.wipe()
        self._windows.clear()
        self.breaches.clear()
        self.deviations.clear()

    def close(self) -> None:
        """Lets go of the rows."""
        for store in self._stores.values():
            store.close()
        self._stores.clear()

    def answer(self, asked: ReceivedRequest) -> ServedAnswer:
        """Answers one request. What is refused is an answer as well."""
        with self.lock:
            return self._answer(asked)

    def _answer(self, asked: ReceivedRequest) -> ServedAnswer:
        operation: ServedOperation | None = None
        store: Store | None = None
        try:
            operation, ids = self._route(asked)
            identity = self._identify(asked)
            self._admit(identity, operation)
            setting = self.setting(identity.company, identity.person)
            store = setting.store
            query = deviations.query_as(self.deviations, operation, asked.query)
            order = deviations.order_as(self.deviations, operation, self._order)
            args = self.contract, operation, ids, query, asked.body, asked.content_type, identity, setting
            text = handlers.answer(handlers.RoutedRequest(*args, self._strict, order))
            text = deviations.text_as(self.deviations, self.contract, operation.model, text)
            status, headers = operation.status, dict[str, str]()
        except Refusal as refusal:
            status, text, headers = refusal.status, _text(refusal), dict(refusal.headers)
        except Exception as error:  # a mistake of the sandbox is an answer too, and is not overlooked
            logger.exception("the sandbox failed at %s %s", asked.method, asked.path)
            self.breaches.append(f"{asked.method} {asked.path}: {error!r}")
            status, text, headers = 500, _text(Refusal(500, "The sandbox failed; see its log.")), {}
        if (
            self._judging
            and status != 500
            and operation is not None
            and (breach := self._breach(operation, status, text))
        ):
            self.breaches.append(f"{operation.id}: {breach}")
            status, text = 500, _text(Refusal(500, f"the sandbox broke the contract: {breach}"))
        return ServedAnswer(status, text, headers, operation, store)

    def _route(self, asked: ReceivedRequest) -> tuple[ServedOperation, tuple[int, ...]]:
        methods, ids = self.contract.find(asked.path)
        if methods is None:
            raise Refusal(404, f"There is nothing at {asked.path}.")
        if asked.method not in methods:
            allowed = ", ".join(sorted(methods))
            message = f"{asked.method} is not allowed here; allowed: {allowed}."
            raise Refusal(405, message, headers=(("Allow", allowed),))
        return methods[asked.method], ids

    def _identify(self, asked: ReceivedRequest) -> Caller:
        scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
        known = self._identities.get(token) if scheme.lower() == "bearer" else None
        if known is None:
            raise Refusal(401, "The access token is missing or unknown.")
        failures: list[Complaint] = []
        company, version = asked.headers.get("Wethod-Company"), asked.headers.get("Wethod-Version")
        if not company:
            failures.append(Complaint("Wethod-Company", "this header is required"))
        if version != self.contract.version:
            told = f"the version this API has is {self.contract.version}"
            failures.append(Complaint("Wethod-Version", told if version else "this header is required"))
        if failures:
            raise invalid(failures)
        identity = known.get(company or "")
        if identity is None:
            raise Refusal(403, f"This token is not of the company {company}.")
        return identity

    def _admit(self, identity: Caller, operation: ServedOperation) -> None:
        if self.rate_limit is not None:
            window = self._windows.setdefault(identity.token, Window(self.rate_limit, self.rate_window))
            if wait := window.take(self._clock.now() / 1000):
                raise Refusal(429, "Too many requests.", headers=(("x-ratelimit-retry-after", str(wait)),))
        if operation.feature is not None and _feature(operation.feature) in self._without:
            raise Refusal(412, f"{operation.feature} is not enabled in the company settings.")

    def _breach(self, operation: ServedOperation, status: int, text: str | None) -> str | None:
        """Returns how an answer breaks the contract: the sandbox's own mistake, whatever was asked."""
        if status not in operation.statuses | _UNSAID:
            return f"{status} is not an answer of this operation"
        if status < 300:
            model, array = operation.model, operation.is_list
        else:
            model, array = "ValidationError" if status == 400 else "Error", False
        if model is None:
            return "an empty body was expected" if text else None
        found = json.loads(text or "null")
        error = next(bodies.validator(model, array=array).iter_errors(found), None)
        return None if error is None else f"{error.json_path}: {error.message}"


def _text(refusal: Refusal) -> str:
    return json.dumps(refusal.body())


def _feature(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ")
