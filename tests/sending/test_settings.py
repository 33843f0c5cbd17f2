"""What a client refuses to be set up with, and that a token shows itself to nobody."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import pytest

from asyncsdk._sending.options import settings_of
from asyncsdk._sending.settings import RetryPolicy, Secret, Settings, from_environment, secret
from asyncsdk.errors import ConfigurationError

TOKEN = "tok-very-secret-123"


def settings(**changes: Any) -> Settings:
    options: dict[str, Any] = {"token": Secret(TOKEN), "company": "acme", **changes}
    return Settings(**options)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"company": ""}, "company"),
        ({"company": "two words"}, "without spaces"),
        ({"company": "line\r\nbreak"}, "without spaces"),
        ({"version": "2024 06"}, "version"),
        ({"base_url": "api.wethod.com"}, "starts with https://"),
        ({"base_url": "ftp://api.wethod.com"}, "starts with https://"),
        ({"base_url": "https://user:pw@api.wethod.com"}, "no user"),
        ({"base_url": "https://api.wethod.com?x=1"}, "no user, password, query"),
        ({"max_in_flight": 0}, "1 or more"),
        ({"max_in_flight": 2.5}, "whole number"),
        ({"max_in_flight": True}, "whole number"),
        ({"connect_timeout": 0}, "above 0"),
        ({"read_timeout": -1}, "0 or more"),
        ({"read_timeout": float("inf")}, "0 or more"),
        ({"deadline": 0}, "above 0"),
        ({"deadline": float("nan")}, "0 or more"),
        ({"budget": 0}, "requests an hour"),
        ({"budget": "5000"}, "requests an hour"),
        ({"shared_budget": "http://localhost"}, "redis://"),
        ({"budget": "redis://localhost"}, "shared_budget"),
        ({"budget": None, "shared_budget": "redis://localhost"}, "leave one of the two out"),
        ({"single_flight": 1}, "single_flight"),
        ({"read_only": "yes"}, "read_only"),
        ({"priority": "urgent"}, "interactive"),
    ],
)
def test_bad_settings_are_refused_with_what_to_write(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        settings(**changes)


@pytest.mark.parametrize(
    "numbers", [{"attempts": 0}, {"backoff": -1}, {"max_wait": float("inf")}, {"repeat": "PATCH"}, {"repeat": {"GET"}}]
)
def test_bad_retry_policies_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        RetryPolicy(**numbers)


def test_a_base_url_loses_its_last_slash() -> None:
    assert settings(base_url="http://127.0.0.1:8787/").base_url == "http://127.0.0.1:8787"


def test_the_token_is_nowhere_to_be_seen() -> None:
    kept = settings()
    for shown in (repr(kept), str(kept), repr(kept.token), str(kept.token), f"{kept.token!s}"):
        assert TOKEN not in shown
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(kept)


@pytest.mark.parametrize("bad", ["", "with space", "line\nbreak", "tab\t", "snow☃"])
def test_a_bad_token_is_refused_without_being_quoted(bad: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        secret(bad)
    assert not bad.strip() or bad not in "".join(traceback.format_exception(caught.value))


def test_a_digest_names_a_token_without_giving_it_away() -> None:
    assert Secret(TOKEN).digest() == Secret(TOKEN).digest()
    assert Secret(TOKEN).digest() != Secret(TOKEN + "4").digest()
    assert TOKEN not in Secret(TOKEN).digest()


def test_the_environment_is_read_by_name_and_empty_counts_as_unset() -> None:
    found = from_environment(
        {
            "WETHOD_TOKEN": TOKEN,
            "WETHOD_COMPANY": " acme ",
            "WETHOD_VERSION": "",
            "WETHOD_BUDGET": "1000",
            "WETHOD_BUDGET_KEY": "jane",
            "HOME": "/root",
        }
    )
    assert found == {"token": Secret(TOKEN), "company": "acme", "budget": 1000, "budget_key": "jane"}


@pytest.mark.parametrize(
    ("text", "budget"),
    [("none", None), ("None", None), ("700", 700)],
)
def test_the_budget_in_the_environment(text: str, budget: object) -> None:
    assert from_environment({"WETHOD_BUDGET": text}) == {"budget": budget}


def test_a_shared_budget_in_the_environment_is_one_of_the_same_size() -> None:
    address = "redis://127.0.0.1:6379/0"
    found = from_environment({"WETHOD_BUDGET": "700", "WETHOD_SHARED_BUDGET": address})
    assert found == {"budget": 700, "shared_budget": Secret(address)}


def test_who_asks_for_no_budget_shares_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's address serves those who keep a budget; it does not refuse the others."""
    monkeypatch.setenv("WETHOD_SHARED_BUDGET", "redis://127.0.0.1:6379/0")
    made = settings_of({"token": Secret(TOKEN), "company": "acme", "budget": None})
    assert (made.budget, made.shared_budget) == (None, None)
