"""Measurements, each a command of its own: `python -m benchmarks.walk`, `.decode`, `.imports`, ...

Every one prints ratios taken in one run, in shuffled order, with medians or quartiles: the machines are shared and
noisy, so seconds say little and are never asserted.
"""
