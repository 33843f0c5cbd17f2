"""Targets as people write them: what would be taken for something else is refused, and no password is shown."""

from __future__ import annotations

import json

import pytest

from asyncsdk import Wethod
from asyncsdk.errors import ConfigurationError
from asyncsdk.extract import TargetRefused, extract, plan
from asyncsdk.extract.address import check, redacted, secrets_of, shown
from asyncsdk.extract.target import Owner
from asyncsdk.sandbox import Sandbox
from tests.extract.memory import STREAMS, Memory


@pytest.mark.parametrize(
    "text",
    [
        "csv:s3://bucket/lake",
        "jsonl:gs://bucket",
        "parquet:abfss://container@account/x",
        "parquet:file:///tmp/x",
        "parquet:S3://Bucket",
        "csv: s3://bucket",
        "parquet:hdfs:/lake",
        "duckdb:s3://bucket/plan.duckdb",
        "duckdb:md:plan",
        "duckdb:motherduck:plan",
        "duckdb::memory:",
        "duckdb::memory:plan",
        "parquet://lake",
        "parquet:~nobody-of-this-name/lake",
        "duckdb:~nobody-of-this-name/plan.duckdb",
        "postgresql://me:s3@cretpw@host/db",
        "postgresql://me:pass/w@rd@host/db",
        "postgresql://me:secretpw/with@host/db",
        "postgresql://me:secretpw?x@host/db",
    ],
)
async def test_what_would_be_taken_for_something_else_is_refused_before_anything_is_sent(
    text: str, sandbox: Sandbox, wethod: Wethod
) -> None:
    for call in (extract, plan):
        with pytest.raises(ConfigurationError) as caught:
            await call(wethod, [STREAMS], text)
        assert not any(part in str(caught.value) for part in ("cretpw", "secretpw", "w@rd"))
    assert not sandbox.requests


@pytest.mark.parametrize(
    "text",
    [
        "parquet:lake",
        "csv:/tmp/x",
        "jsonl:./a/b",
        "duckdb:C:/plan.duckdb",
        "duckdb:~/plan.duckdb",
        "parquet:a@b:c/d",
        "postgresql://host/db",
        "postgresql://me:pw%40@host:5432,other/db?user=a@b&sslmode=require",
        "postgresql:///db",
    ],
)
def test_what_is_meant_passes(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("duckdb:plan.duckdb", "duckdb:plan.duckdb"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("postgresql://me:topsecret@host:5432/db", "postgresql://me:***@host:5432/db"),
        ("postgresql://h/db?user=me&password=topsecret", "postgresql://h/db?user=me&password=***"),
        ("postgresql://h/db?sslpassword=topsecret", "postgresql://h/db?sslpassword=***"),
        ("postgresql://h/db?PASSWORD=topsecret", "postgresql://h/db?PASSWORD=***"),
        ("postgresql://h/db?%70assword=topsecret", "postgresql://h/db?%70assword=***"),
        ("postgresql://h/db?topsecret", "postgresql://h/db?***"),
        ("postgresql://me:top@secret@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:topse/cret@host/db", "postgresql://me:***@host/db"),
        ("mysql://me:topsecret@host/db", "mysql://me:***@host/db"),
        ("parquet:s3://key:topsecret@bucket", "parquet:s3://key:***@bucket"),
        ("topsecret", "***"),
    ],
)
def test_no_secret_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_what_a_driver_quotes_is_blotted_out() -> None:
    secrets = secrets_of("postgresql://me:to%40psecret@h/db?sslpassword=other-one", {"PGPASSWORD": "third-one"})
    said = redacted("to%40psecret to@psecret other-one third-one me h db", secrets)
    assert said == "*** *** *** *** me h db"
    assert secrets_of("duckdb:a.duckdb", {}) == frozenset()
    assert secrets_of("postgresql://me:a@h/db", {}) == frozenset(), "one letter would be blotted out everywhere"


async def test_a_refusal_and_a_report_hold_no_password(
    wethod: Wethod, target: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = "postgresql://me:topsecret@host/db?password=other-secret"
    monkeypatch.setenv("PGPASSWORD", "third-secret")
    monkeypatch.setattr(Memory, "warnings", lambda _self, _table: ["it said other-secret"])
    report = await extract(wethod, ["levels"], to)
    told = json.dumps(report.to_dict()) + repr(report)
    assert "secret" not in told
    assert report.tables[0].warnings == ("it said ***",)

    def refuse(_self: Memory, owner: Owner, _tables: object) -> None:
        raise TargetRefused("no: topsecret, third-secret")

    monkeypatch.setattr(Memory, "open", refuse)
    with pytest.raises(TargetRefused) as caught:
        await extract(wethod, ["levels"], to)
    assert str(caught.value) == "no: ***, ***"
