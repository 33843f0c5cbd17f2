"""Measurements: `python -m benchmarks` shows asyncsdk beside a bare loop and beside other clients, with plots.

Others look at one thing more closely, each a command of its own: `python -m benchmarks.walk`, `.imports`, `.decode`,
`.extract`, `.drift`, `.sending`, `.shared_budget`.

Every one compares within one run, in shuffled order, with medians or quartiles: machines are shared and noisy, so
seconds say little and are never asserted. What CI asserts are counts (tests/test_counts.py).
"""
