"""What a run of dlt refuses before anything is sent: a destination that cannot merge, and rows of another company.

dlt itself goes on with a warning where a destination cannot merge, and appends: rows that changed would be there
twice. It remembers cursors by the names of source and list alone, whoever's rows they are.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

import dlt
from dlt.common.configuration.container import Container
from dlt.common.pipeline import PipelineContext

from ...errors import ConfigurationError

if TYPE_CHECKING:
    from dlt.common.schema.typing import TTableSchema

    from ...client import Wethod

__all__ = ["refuse_what_would_double"]


def refuse_what_would_double(wethod: Wethod) -> None:
    """Raises where the running resource would store rows twice, or beside those of another company.

    Called inside a resource, where dlt says which pipeline runs it; without one, nothing is refused.

    Raises:
        ConfigurationError: the destination cannot merge, or the pipeline holds another company's rows.
    """
    running = Container()[PipelineContext]
    if not running.is_active():
        return  # rows are taken without a pipeline, as by list(source)
    destination = running.pipeline().destination
    resource = dlt.current.resource()
    table: TTableSchema = resource.compute_table_schema()
    if table.get("write_disposition") == "merge":
        capabilities = destination.capabilities()
        strategies = capabilities.supported_merge_strategies or []
        if strategies and capabilities.merge_strategies_selector is not None:
            strategies = list(capabilities.merge_strategies_selector(strategies, table_schema=table))
        if not strategies:
            raise ConfigurationError(
                f"the destination {destination.destination_name} cannot merge plain files, so that rows which changed "
                f"would be there twice: write pipeline.run(source, table_format='delta') where it is a filesystem, or "
                f"wethod_source(..., whole=['{resource.name}']) to read and replace the list in every run"
            )
    _refuse_another_company(dlt.current.source_state(), wethod)


def _refuse_another_company(state: MutableMapping[str, object], wethod: Wethod) -> None:
    settings = wethod.settings
    ours = f"{settings.company} of {settings.base_url}"
    theirs = state.setdefault("company", ours)
    if theirs != ours:
        raise ConfigurationError(
            f"this pipeline holds the rows of {theirs}; {ours} needs a pipeline and a dataset of its own, as ids of "
            "two companies may be equal: dlt.pipeline(pipeline_name=..., dataset_name=...)"
        )
