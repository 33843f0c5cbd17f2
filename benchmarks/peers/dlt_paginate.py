"""dlt's REST client alone: `RESTClient.paginate` with its offset paginator, which asks for one page after the other."""

from __future__ import annotations

from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

from ..server import PATH
from . import Job
from .floor import HEADERS


def read(job: Job) -> int:
    """Dictionaries, up to the first empty page."""
    paginator = OffsetPaginator(limit=100, total_path=None, stop_after_empty_page=True)
    client = RESTClient(base_url=job.url, headers=HEADERS, paginator=paginator)
    seen = 0
    for page in client.paginate(PATH):
        for row in page:
            seen += row["id"] > 0
    return seen
