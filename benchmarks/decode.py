"""What decoding a page costs, against its floor and against the usual ways: `python -m benchmarks.decode`.

All ways are run in turn, in every round, so that a slow moment of the machine hits them alike; the figure is the median
of the rounds. Ratios are to bare msgspec on the same page.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Mapping

import cattrs
import msgspec
from cattrs.preconf.json import make_converter

from asyncsdk._codec import fields, rules
from asyncsdk._codec.decode import page_decoder, to_json
from asyncsdk.models import ProductionPlanStream, Project

ROWS = 100
ROUNDS = 60
PAGES_A_ROUND = 20


def plan(id: int) -> dict[str, fields.Json]:
    """A row of nine fields that fits its model to the letter."""
    return {
        "id": id,
        "created_at": "2026-03-27T11:39:28.826Z",
        "updated_at": "2026-03-27T11:39:28.826Z",
        "date": "2024-01-01",
        "value": 15.6,
        "project_id": 7,
        "stream_id": id % 9 + 1,
        "production_plan_id": id,
        "deleted_at": None,
    }


def project(id: int) -> dict[str, fields.Json]:
    """A row with numbers as strings and two dynamic keys, as the reference shows it."""
    return {
        "id": id,
        "created_at": "2025-04-22T10:10:03.095Z",
        "updated_at": "2025-04-22T10:10:03.095Z",
        "name": "First project",
        "job_order": "jo_001",
        "purchase_order": "po_001",
        "value": "1.5",
        "probability": "50",
        "date_start": "2024-01-01",
        "duration": "4",
        "is_archived": True,
        "archived_on": "2024-01-01",
        "due_date": "2024-01-01",
        "signed_on": "2024-01-01",
        "job_order_category_id": 1,
        "project_type_id": 1,
        "client_id": 1,
        "pm_id": 1,
        "account_id": 1,
        "client_contact_id": 1,
        "reason_why_id": 1,
        "business_unit_id": 1,
        "billing_group_id": 1,
        "metadata_13": "x",
        "metadata_14": 2,
    }


def page(rows: list[dict[str, fields.Json]]) -> bytes:
    return json.dumps(rows).encode()


def medians(ways: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Microseconds a row, by way."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            for _ in range(PAGES_A_ROUND):
                way()
            taken[name].append((time.perf_counter() - start) / PAGES_A_ROUND / ROWS * 1e6)
    return {name: statistics.median(times) for name, times in taken.items()}


def show(title: str, floor: str, figures: Mapping[str, float]) -> None:
    print(f"\n{title}")
    for name, figure in figures.items():
        print(f"  {name:<44}{figure:>8.2f} us a row{figure / figures[floor]:>8.2f} x")


def main() -> None:
    plans = page([plan(id) for id in range(1, ROWS + 1)])
    odd = page([plan(id) if id != 50 else {**plan(id), "value": "15.6"} for id in range(1, ROWS + 1)])
    all_odd = page([{**plan(id), "value": "15.6"} for id in range(1, ROWS + 1)])
    projects = page([project(id) for id in range(1, ROWS + 1)])
    plan_rows = page_decoder(ProductionPlanStream)(plans)
    project_rows = page_decoder(Project)(projects)

    bare = msgspec.json.Decoder(list[ProductionPlanStream]).decode
    bare_dicts = msgspec.json.Decoder(list[dict[str, object]]).decode
    structure = rules.converter().structure
    stock = make_converter(detailed_validation=False)

    figures = medians(
        {
            "msgspec, bare": lambda: bare(plans),
            "page_decoder": lambda: page_decoder(ProductionPlanStream)(plans),
            "page_decoder, one row of 100 odd": lambda: page_decoder(ProductionPlanStream)(odd),
            "page_decoder, every row odd": lambda: page_decoder(ProductionPlanStream)(all_odd),
            "json + our rules (cattrs)": lambda: structure(json.loads(plans), list[ProductionPlanStream]),
            "json + stock cattrs": lambda: stock.structure(json.loads(plans), list[ProductionPlanStream]),
        }
        | other_ways(plans, stock)
    )
    show(f"production plan streams: {ROWS} rows of 9 fields", "msgspec, bare", figures)

    figures = medians(
        {
            "msgspec, bare, to dicts": lambda: bare_dicts(projects),
            "page_decoder": lambda: page_decoder(Project)(projects),
            "json + our rules (cattrs)": lambda: structure(json.loads(projects), list[Project]),
        }
    )
    show(
        f"projects: {ROWS} rows of 25 fields, 3 numbers as strings, 2 dynamic keys", "msgspec, bare, to dicts", figures
    )

    figures = medians(
        {
            "msgspec, bare": lambda: msgspec.json.encode(plan_rows),
            "to_json, production plan streams": lambda: to_json(plan_rows),
            "to_json, projects": lambda: to_json(project_rows),
        }
    )
    show(f"back to JSON: {ROWS} rows", "msgspec, bare", figures)


def other_ways(body: bytes, stock: cattrs.Converter) -> dict[str, Callable[[], object]]:
    """The ways that need a package which may not be here."""
    ways: dict[str, Callable[[], object]] = {}
    if importlib.util.find_spec("orjson"):
        orjson = importlib.import_module("orjson")
        ways["orjson + stock cattrs"] = lambda: stock.structure(orjson.loads(body), list[ProductionPlanStream])
    if importlib.util.find_spec("pydantic"):
        pydantic = importlib.import_module("pydantic")
        types = {name: (type_, ...) for name, type_ in ProductionPlanStream.__annotations__.items()}
        adapter = pydantic.TypeAdapter(list[pydantic.create_model("Row", **types)])  # type: ignore[misc]  # a value
        ways["pydantic"] = lambda: adapter.validate_json(body)
    return ways


if __name__ == "__main__":
    main()
