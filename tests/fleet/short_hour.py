"""Loaded by workers under test: an hour of the budget lasts a few seconds, so that a test sees it end."""

from __future__ import annotations

from asyncsdk._sending import account

SECONDS = 6.0

account.PERIOD = SECONDS  # type: ignore[misc]  # it is final for all but this test
