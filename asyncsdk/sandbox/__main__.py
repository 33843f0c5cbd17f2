"""`python -m asyncsdk.sandbox`: the same as `asyncsdk sandbox`."""

from __future__ import annotations

import argparse
import sys

from asyncsdk.sandbox.command import add_arguments, run

if __name__ == "__main__":
    parser: argparse.ArgumentParser = argparse.ArgumentParser(
        prog="asyncsdk sandbox", description="Serves a local Wethod."
    )
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
