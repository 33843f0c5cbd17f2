"""The token that is in force: fixed, or asked of a function when first needed and once more after a 401.

The account (budget, pause, statistics) stays the same when the token that a function gives changes. All requests of a
person share one question to it at a time.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

import attrs

from .._limits.per_loop import PerLoop
from ..errors import AuthenticationError, ClientClosedError, ConfigurationError, RequestLine
from .headers import plain_headers
from .secret import Secret, secret, wrapped

if TYPE_CHECKING:
    from .tokens import TokenFunction, TokenSource
    from .wire import Answer

__all__ = ["Credential"]


@attrs.define(eq=False)
class _Question:
    """One question to the function under way, and how many wait for its answer."""

    task: asyncio.Task[Secret]
    waiting: int = 0

    async def answered(self) -> None:
        """Waits for the answer. The last one to leave ends the question; where it is answered, it is."""
        self.waiting += 1
        try:
            await asyncio.wait((self.task,))
        finally:
            self.waiting -= 1
            if not self.waiting:
                self.task.cancel()


class Credential:
    """The token of a person that is in force, shared by all requests: a fixed one, or what its function last said.

    May be used on several event loops; each asks for itself, and the last answer counts for all.
    """

    def __init__(self, source: Secret | TokenSource) -> None:
        self._source = source
        self._questions: PerLoop[_Question] = PerLoop()
        self.token: Secret | None = source if isinstance(source, Secret) else None

    async def current(self, line: RequestLine) -> Secret:
        """The token in force; asks for it where there is none yet.

        Raises:
            AuthenticationError: the function failed, or gave what is no token; its own error is the cause.
            ClientClosedError: the client was closed meanwhile.
        """
        return self.token or await self._ask(line, None)

    async def renewed(self, refused: Secret, line: RequestLine, answer: Answer) -> bool:
        """Whether there is another token than the one that was refused; asks unless somebody else has already.

        Raises:
            AuthenticationError: the function failed, or gave what is no token.
            ClientClosedError: the client was closed meanwhile.
        """
        if self.token == refused:
            await self._ask(line, answer)
        return self.token != refused

    def close(self) -> None:
        """Ends the running loop's question: those who wait for it hear that the client is closed."""
        question = self._questions.find()
        if question is not None:
            question.task.cancel()

    async def _ask(self, line: RequestLine, answer: Answer | None) -> Secret:
        if isinstance(self._source, Secret):
            return self._source
        question = self._questions.find()
        if question is None or question.task.done():
            task = asyncio.get_running_loop().create_task(self._learn(self._source))
            question = self._questions.keep(_Question(task))
        try:
            await question.answered()
        finally:
            if not question.waiting:
                self._questions.forget(question)
        if question.task.cancelled():
            raise ClientClosedError
        problem = question.task.exception()
        if problem is None:
            return question.task.result()
        raise _refusal(problem, line, answer) from problem

    async def _learn(self, source: TokenSource) -> Secret:
        # In force before the question is over: whoever comes between that and those who wait must not ask again.
        self.token = await _answer(source.function)
        return self.token


async def _answer(function: TokenFunction) -> Secret:
    found = function()
    # Out of sight before it is checked: a refusal travels as the cause, with the variables of this function.
    kept = wrapped(await found) if inspect.isawaitable(found) else wrapped(found)
    del found
    return secret(kept)


def _refusal(problem: BaseException, line: RequestLine, answer: Answer | None) -> AuthenticationError:
    # Its own words stay in the cause: they may hold what they should not.
    said = str(problem) if isinstance(problem, ConfigurationError) else f"it raised {type(problem).__name__}"
    before = "" if answer is None else "the token was refused, and "
    return AuthenticationError(
        f"{before}the function that gives the token failed: {said}",
        request=line,
        status=None if answer is None else answer.status,
        headers=None if answer is None else plain_headers(answer.headers),
        carried_out=False,
    )
