"""What is wrong with the routes of an application that FastAPI does not say, looked for when the application starts.

FastAPI knows bodies by classes that models of asyncsdk are not, so bodies have to be marked: `create(title: JobTitle)`
asks for a query parameter `title`, and with a default ignores the body that was sent. And what an endpoint is told to
leave out of its answer goes out where nothing says what the answer is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import get_args

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant
from starlette.routing import BaseRoute

from ..._codec.keys import is_model
from ...errors import ConfigurationError

__all__ = ["check_routes"]

logger: logging.Logger = logging.getLogger("asyncsdk")


def check_routes(app: FastAPI) -> None:
    """Refuses endpoints that ask for a model of asyncsdk in the query, a header, a cookie or the path.

    Looks through the routes of the application, of its routers and of what is mounted, and through their dependencies.
    Logs a warning where `response_model_exclude` or `response_model_include` has no response model to work on.

    Raises:
        ConfigurationError: there is one; the message says which, and what to write.
    """
    for place, route, dependant in _endpoints(app.router):
        for name, model in _models_outside_of_bodies(dependant):
            raise ConfigurationError(
                f"{place}: FastAPI takes {name}: {model} for a query parameter and not for a body; "
                f"write {name}: Annotated[{model}, Body()]"
            )
        filters = [getattr(route, f"response_model_{name}", None) for name in ("exclude", "include")]
        if any(filters) and getattr(route, "response_field", None) is None:
            logger.warning(
                "%s: response_model_exclude and response_model_include do nothing here: "
                "annotate what the endpoint returns, or give it a response_model",
                place,
            )


def _endpoints(router: object, prefix: str = "") -> Iterator[tuple[str, BaseRoute | None, Dependant]]:
    """What is asked for by each endpoint below, and by what routers ask for on behalf of theirs."""
    yield from _shared(getattr(router, "dependencies", None))
    for route in getattr(router, "routes", None) or ():
        yield from _of_route(route, prefix)


def _of_route(route: BaseRoute, prefix: str) -> Iterator[tuple[str, BaseRoute | None, Dependant]]:
    path = f"{prefix}{getattr(route, 'path', None) or ''}"
    found = getattr(route, "dependant", None)
    if isinstance(found, Dependant):
        methods = ", ".join(sorted(getattr(route, "methods", None) or ["WEBSOCKET"]))
        yield f"{methods} {path}", route, found
    # Routers that are included are routes of their own in newer versions, and dissolved in older ones.
    elif (included := getattr(route, "original_router", None)) is not None:
        context = getattr(route, "include_context", None)
        yield from _shared(getattr(context, "dependencies", None))
        yield from _endpoints(included, prefix + getattr(context, "prefix", ""))
    elif (mounted := getattr(route, "app", None)) is not None:
        yield from _endpoints(getattr(mounted, "router", mounted), path)


def _shared(dependencies: Iterable[object] | None) -> Iterator[tuple[str, BaseRoute | None, Dependant]]:
    for each in dependencies or ():
        if callable(call := getattr(each, "dependency", None)):
            yield getattr(call, "__name__", "a dependency"), None, get_dependant(path="/", call=call)


def _models_outside_of_bodies(dependant: Dependant) -> Iterator[tuple[str, str]]:
    fields = (*dependant.query_params, *dependant.header_params, *dependant.cookie_params, *dependant.path_params)
    for field in fields:
        for model in _models_in(field.field_info.annotation):
            yield field.name, model.__name__
    for each in dependant.dependencies:
        yield from _models_outside_of_bodies(each)


def _models_in(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type) and is_model(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
