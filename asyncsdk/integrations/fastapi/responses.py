"""Models as a body, the fast way: straight to JSON, past FastAPI's validation of what the client has validated."""

from __future__ import annotations

from fastapi.responses import Response

from ..._codec.decode import to_json

__all__ = ["ModelResponse"]


class ModelResponse(Response):
    """A model, or lists and mappings of models, as JSON with the names of the wire.

        @app.get("/plan", response_model=list[ProductionPlanStream])      # for the OpenAPI page
        async def plan(wethod: WethodClient) -> ModelResponse:
            return ModelResponse(await wethod.production_plan_streams.list(project_id=7))

    Raises:
        ArgumentError: something that has no place in JSON, or a date-time without a time zone.
    """

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """The JSON text."""
        return to_json(content)
