"""The token in a request's `Authorization: Bearer` header, of WebSockets as well.

Annotations are classes here, not texts: older versions of FastAPI cannot look up what the texts of a callable object
mean.
"""

from fastapi.requests import HTTPConnection
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

__all__ = ["BEARER"]


class _Bearer(HTTPBearer):
    """FastAPI's own, but that asks for a Request, which WebSockets lack."""

    async def __call__(self, connection: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        scheme, token = get_authorization_scheme_param(connection.headers.get("Authorization"))
        if scheme.lower() != "bearer" or not token:
            return None
        return HTTPAuthorizationCredentials(scheme=scheme, credentials=token)


BEARER = _Bearer(scheme_name="HTTPBearer", auto_error=False, description="Your Wethod API token")
