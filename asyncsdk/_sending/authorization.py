"""The headers of a client's requests: its own, and those with the token that is in force, fixed or asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import TypeVar

import attrs

from .account import Account
from .call import Call
from .gate import Gate, Lifetime
from .secret import Secret
from .settings import Settings
from .transport import USER_AGENT, Transport
from .wire import Answer

__all__ = ["Authorization", "RequestHeaders"]

T = TypeVar("T")


@attrs.define(eq=False)
class RequestHeaders:
    """The headers that requests with one token carry."""

    token: Secret
    plain: Mapping[str, str]
    _transport: Transport = attrs.field(repr=False)
    _with_body: Mapping[str, str] | None = None

    @property
    def with_body(self) -> Mapping[str, str]:
        """Those of a request that has a body; most clients of one call never need them."""
        if self._with_body is None:
            self._with_body = self._transport.headers({**self.plain, "Content-Type": "application/json"})
        return self._with_body


class Authorization:
    """Gives the headers of a client's requests; asks for the token where it comes from a function."""

    def __init__(
        self, settings: Settings, transport: Transport, account: Account, gate: Gate, lifetime: Lifetime
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._credential = account.credential
        self._gate = gate
        self._lifetime = lifetime
        token = settings.token
        self.fixed: RequestHeaders | None = self._with(token) if isinstance(token, Secret) else None
        """The headers, where the token is fixed."""
        self._asked: RequestHeaders | None = None  # those with what a token's function gave last

    async def in_force(self, call: Call) -> RequestHeaders:
        """Returns the headers with the token that its function gave last; asks it where it was not asked yet."""
        token = self._credential.token
        if token is None:
            token = await self._in_time(call, self._credential.current(call.request.line))
            self._lifetime.check()
        if self._asked is None or self._asked.token is not token:
            self._asked = self._with(token)
        return self._asked

    async def renew(self, call: Call, headers: RequestHeaders, answer: Answer) -> bool:
        """Returns, after a 401, whether the token's function gives another one; it is asked once for a call."""
        if self.fixed is not None or not call.renew():
            return False
        call.ask_anew()
        changed = await self._in_time(call, self._credential.renewed(headers.token, call.request.line, answer))
        self._lifetime.check()
        if changed:
            line, attempt = call.request.line, call.attempts
            call.log(logging.INFO, "%s: status 401 (attempt %d); again with another token", line, attempt, status=401)
            call.tell_retry(0.0, "status 401")
        return changed

    def secrets(self, headers: RequestHeaders) -> tuple[Secret, ...]:
        """Returns what must not be shown where a server repeats it."""
        return (headers.token, *self._settings.headers.secrets)

    def _with(self, token: Secret) -> RequestHeaders:
        settings, transport = self._settings, self._transport
        defaults = {"Wethod-Company": settings.company, "Wethod-Version": settings.version}
        defaults |= {"Accept": "application/json", "User-Agent": USER_AGENT}
        plain = transport.headers(settings.headers.over(defaults) | {"Authorization": f"Bearer {token.reveal()}"})
        return RequestHeaders(token, plain, transport)

    async def _in_time(self, call: Call, asking: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout_at(call.deadline_at):
                return await asking
        except TimeoutError:
            pass
        raise call.stopped_by(self._gate.too_late(call, "the token's function"))
