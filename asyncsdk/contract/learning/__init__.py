"""Learns what the API really is, with reads alone, and names what differs from the contract and from last time.

| module | what it holds |
|---|---|
| `kinds` | what a JSON value is: an integer, a number sent as text, a date-time without a zone |
| `contracted` | what the contract promises of each list |
| `observed` | what was seen of a list and of the server: kinds, counts and verdicts, never values of rows |
| `fields` | what the fields of rows were seen to be |
| `probes` | which requests tell whether a parameter is honoured, and how their answers are judged |
| `paging` | what two overlapping pages tell of order, page size and offset |
| `reading` | the requests: the one module with a network |
| `comparing` | what was seen, held against the contract and against an earlier time |
| `differences` | one difference, in words, with what it means for the client |
| `file` | the file in which it is kept |
| `applying` | what extraction does otherwise once it is known |
"""

from __future__ import annotations

from ..._codec.surprises import Surprise
from .applying import acquaint, applied
from .comparing import differences
from .contracted import ContractedList, ContractedParameter, PromisedField
from .differences import Difference, DifferenceKind, OtherKind
from .file import read, write
from .kinds import Kind
from .observed import Learned, SeenField, SeenList, SeenServer, Verdict
from .reading import cost, learn

__all__ = [
    "ContractedList",
    "ContractedParameter",
    "Difference",
    "DifferenceKind",
    "Kind",
    "Learned",
    "OtherKind",
    "PromisedField",
    "SeenField",
    "SeenList",
    "SeenServer",
    "Surprise",
    "Verdict",
    "acquaint",
    "applied",
    "cost",
    "differences",
    "learn",
    "read",
    "write",
]
