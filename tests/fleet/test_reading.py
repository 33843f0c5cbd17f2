"""A file of companies is read, and every mistake in it refused before anything is sent: by table and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncsdk import fleet
from asyncsdk.errors import ConfigurationError
from asyncsdk.fleet.references import Reference, reference_of

GOOD = """
[[company]]
company = "acme"
token = "env:ACME_TOKEN"
to = "duckdb:{company}.duckdb"

[[company]]
company = "acme"
token = "file:/run/secrets/acme"
to = "postgresql://me@host/agency"
schema = "{company}"
lists = ["timesheets", "production-plan-streams"]
without = ["persons.email"]
base_url = "https://api.example.test/"

[[company]]
company = "globex-2"
token = "env:GLOBEX_TOKEN"
to = "parquet:/srv/lake/{company}"
lists = "all"
shared = true
"""

SECRET = "s3cret-t0ken-of-a-company"


def written(folder: Path, text: str) -> Path:
    path = folder / "companies.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        fleet.read(written(folder, text))
    return str(caught.value)


def test_companies_are_read_as_they_are_written(tmp_path: Path) -> None:
    first, second, third = fleet.read(written(tmp_path, GOOD))
    assert (first.company, first.token, first.place, first.lists, first.shared) == (
        *("acme", "env:ACME_TOKEN", "duckdb:acme.duckdb", None, False),
    )
    assert (second.place, second.schema_name) == ("postgresql://me@host/agency", "acme")
    assert second.lists == ("timesheets", "production_plan_streams")
    assert (second.without, second.base_url) == (("persons.email",), "https://api.example.test")
    assert (third.place, third.lists, third.shared) == ("parquet:/srv/lake/globex-2", None, True)


TABLE = '[[company]]\ncompany = "acme"\ntoken = "env:T"\nto = "duckdb:a.duckdb"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no company: write a table for each, as in [[company]]"),
        ("[[company]", "is no TOML"),
        ('[company]\ncompany = "acme"', "write [[company]] with two brackets"),
        ("company = 7", "company: write tables, as in"),
        ('[[companies]]\ncompany = "acme"', "companies: did you mean [[company]]?"),
        (f"budget = 5\n{TABLE}", "budget: the file holds tables [[company]] and nothing else"),
        ("[[company]]", "[[company]] 1: token: missing; write where the token is kept"),
        (f"{TABLE}tokens = 'x'", "[[company]] 1 (acme): tokens: there is no such key; did you mean token?"),
        (f"{TABLE}colour = 'x'", "colour: there is no such key; known are company, token, to"),
        (TABLE.replace('"acme"', '"a/b"'), "[[company]] 1 (a/b): company: write the company's slug"),
        (TABLE.replace('"acme"', "7"), "[[company]] 1: company: write the company's slug"),
        (TABLE.replace("env:T", SECRET), "token: write where the token is kept"),
        (TABLE.replace("env:T", f"env:{SECRET}"), "token: write env:NAME"),
        (TABLE.replace("env:T", "file:"), "token: write file:PATH"),
        (TABLE.replace("duckdb:a.duckdb", "sqlite:a"), "to: no such target; write parquet:DIR"),
        (TABLE.replace("duckdb:a.duckdb", f"mysql://me:{SECRET}@host/db"), "to: no such target"),
        (TABLE.replace("duckdb:a.duckdb", "duckdb::memory:"), "to: duckdb: a database in memory is gone"),
        (TABLE.replace("duckdb:a.duckdb", "parquet:s3://lake"), "to: parquet: takes a path, not a s3:// address"),
        (TABLE.replace("duckdb:a.duckdb", "parquet:{slug}"), "to: of all braces only {company} is known"),
        (f'{TABLE}lists = ["timesheet"]', "lists: there is no 'timesheet'; did you mean timesheets"),
        (f"{TABLE}lists = []", 'lists: write lists = ["timesheets", "projects"], or leave it out for every list'),
        (f'{TABLE}lists = "timesheets"', "lists: write lists ="),
        (f'{TABLE}without = ["persons.mail"]', "without: persons has no field 'mail'; did you mean persons.email?"),
        (f'{TABLE}schema = "a b"', "schema: write a name"),
        (f'{TABLE}base_url = "api.wethod.com"', "base_url: starts with https://"),
        (f'{TABLE}shared = "yes"', "shared: write shared = true or shared = false, not 'yes'"),
        (f"{TABLE}{TABLE}", "[[company]] 2 (acme): to: it is the place of [[company]] 1 (acme) as well"),
        (f'{TABLE}schema = "main"\n{TABLE}', "[[company]] 2 (acme): to: it is the place of [[company]] 1"),
    ],
)
def test_a_mistake_is_named_by_table_and_key(tmp_path: Path, text: str, told: str) -> None:
    """With what to write instead; and what may be a secret in the wrong place is not repeated."""
    said = refused(tmp_path, text)
    assert "companies.toml" in said
    assert told in said
    assert SECRET not in said.replace(f"env:{SECRET}", "")


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    bad = TABLE.replace("env:T", "T").replace("duckdb:", "duck:")
    said = refused(tmp_path, bad + TABLE + bad)
    assert [said.count(f"[[company]] {at} (acme): {key}: ") for at in (1, 2, 3) for key in ("token", "to")] == [
        *(1, 1),
        *(0, 0),
        *(1, 1),
    ]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        fleet.read(tmp_path / "none.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes(b'[[company]]\ncompany = "\xe9"')
    with pytest.raises(ConfigurationError, match="UTF-8"):
        fleet.read(path)


def test_one_folder_written_two_ways_is_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one = fleet.Company(company="acme", token="env:T", to="csv:lake/x/../acme")
    other = fleet.Company(company="acme", token="env:T", to=f"parquet:{tmp_path}/lake", schema="{company}")
    assert "is the place of" in refused(
        tmp_path,
        "".join(
            f'[[company]]\ncompany = "acme"\ntoken = "env:T"\nto = "{each.to}"\n'
            + (f'schema = "{each.schema}"\n' if each.schema else "")
            for each in (one, other)
        ),
    )


def test_a_company_made_by_hand_is_checked_alike() -> None:
    with pytest.raises(ConfigurationError, match=r"^token: write where the token is kept"):
        fleet.Company(company="acme", token=SECRET, to="duckdb:a.duckdb")


def test_a_password_is_not_in_what_is_shown_of_a_company() -> None:
    company = fleet.Company(company="acme", token="env:T", to=f"postgresql://me:{SECRET}@host/db")
    assert SECRET not in repr(company) + company.place


def test_references_are_read_where_they_are_needed(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    read = Reference("file", str(tmp_path / "token")).read()
    assert (read.reveal(), SECRET in repr(read)) == (SECRET, False)
    assert Reference("env", "T").read({"T": f" {SECRET} "}).reveal() == SECRET
    for kept, told in (
        (Reference("env", "T"), "the environment variable T is not set"),
        (Reference("file", str(tmp_path / "none")), "cannot be read"),
        (Reference("file", str(tmp_path)), "cannot be read"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            kept.read({})
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is empty"):
        Reference("file", str(tmp_path / "empty")).read()
    assert reference_of("duckdb:a.duckdb") is None
