"""Many companies in one night: each with its token and its target, on one machine or on a Dask cluster.

```python
from asyncsdk import fleet

report = await fleet.extract(fleet.read("companies.toml"))
report.raise_for_status()
```

`companies.toml` has a table for each company, and no secrets:

```toml
[[company]]
company = "acme"
token = "env:ACME_TOKEN"
to = "duckdb:{company}.duckdb"
```

From a shell: `asyncsdk fleet companies.toml`. A company that fails touches no other.

| word | meaning |
|---|---|
| fleet | the companies that are extracted together |
| place | the target of a company, with its slug in it and without secrets |
| reference | `env:NAME` or `file:PATH`: where a secret is kept |
| agenda | which company's turn it is |
"""

from __future__ import annotations

from .company import Company
from .planning import CompanyCost, FleetPlan, TokenCost
from .progress import CompanyProgress, CompanyStage
from .reading import read
from .report import CompanyReport, FleetError, FleetReport
from .run import extract, plan

__all__ = [
    "Company",
    "CompanyCost",
    "CompanyProgress",
    "CompanyReport",
    "CompanyStage",
    "FleetError",
    "FleetPlan",
    "FleetReport",
    "TokenCost",
    "extract",
    "plan",
    "read",
]
