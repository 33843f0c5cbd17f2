"""What a change of the contract does to those who call the client: signatures and attributes added, renamed, broken."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

import attrs

from .parameters import Argument, MethodCall, of_operation
from .reading import Contract, read
from .schemas import Field, Schema, python_name

__all__ = ["SignatureChange", "signature_changes"]

Effect: TypeAlias = Literal["added", "renamed", "broken"]


@attrs.frozen(order=True)
class SignatureChange:
    """One change that callers see: `added` breaks nobody, `renamed` and `broken` break who uses it."""

    effect: Effect
    subject: str
    said: str

    def __str__(self) -> str:
        return f"{self.effect}: {self.subject} {self.said}"


def signature_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[SignatureChange]:
    """What of the public signatures changes between two documents of the contract.

    Raises:
        ValueError: one of them says something the generator has no words for.
    """
    old, new = read(before), read(after)
    return sorted({*_methods(old, new), *_models(old, new)}, key=lambda each: (each.effect != "broken", each))


def _methods(old: Contract, new: Contract) -> Iterator[SignatureChange]:
    was, now = _calls(old), _calls(new)
    for name in now.keys() - was.keys():
        yield SignatureChange("added", name, "is a new call")
    for name in was.keys() - now.keys():
        yield SignatureChange("broken", name, "is gone")
    for name in was.keys() & now.keys():
        (returned, call), (returns, other) = was[name], now[name]
        if returned != returns:
            yield SignatureChange("broken", name, f"returns {returns}, not {returned}")
        if call.ids != other.ids:
            yield SignatureChange("broken", name, f"takes {', '.join(other.ids) or 'no id'}, not {', '.join(call.ids)}")
        yield from _arguments(name, call, other)


def _calls(contract: Contract) -> dict[str, tuple[str, MethodCall]]:
    found = {}
    for resource in contract.resources:
        for each in resource.operations:
            returns = f"Pager[{each.model}]" if each.paginated else str(each.model)
            found[f"wethod.{resource.name}.{each.method}"] = (returns, of_operation(each))
    return found


def _arguments(name: str, call: MethodCall, other: MethodCall) -> Iterator[SignatureChange]:
    was = {each.name: each for each in call.arguments}
    now = {each.name: each for each in other.arguments}
    gone, new = list(was.keys() - now.keys()), list(now.keys() - was.keys())
    for before, after in _renamed(gone, new, {key: each.annotation for key, each in {**was, **now}.items()}):
        gone.remove(before)
        new.remove(after)
        yield SignatureChange("renamed", name, f"takes {after} instead of {before}")
    for each in sorted(new):
        if now[each].default is None:
            yield SignatureChange("broken", name, f"needs {each}")
        else:
            yield SignatureChange("added", name, f"takes {each}")
    for each in sorted(gone):
        yield SignatureChange("broken", name, f"takes no {each} any more")
    for each in sorted(was.keys() & now.keys()):
        yield from _argument(name, was[each], now[each], call, other)


def _argument(
    name: str, was: Argument, now: Argument, call: MethodCall, other: MethodCall
) -> Iterator[SignatureChange]:
    if was.default is not None and now.default is None:
        yield SignatureChange("broken", name, f"needs {now.name}")
    elif was.default is None and now.default is not None:
        yield SignatureChange("added", name, f"can do without {now.name}")
    before, after = _spelled(was, call), _spelled(now, other)
    if _bare(before) != _bare(after):
        wider = _parts(before) < _parts(after)
        said = f"takes {now.name}: {after}, not {before}"
        yield SignatureChange("added" if wider else "broken", name, said)
    elif was.check != now.check and was.annotation == now.annotation:
        narrower = _is_narrower(_bounds(was.check), _bounds(now.check))
        said = f"{'refuses more' if narrower else 'takes more'} of {now.name}: {now.check.rpartition('.')[2]}"
        yield SignatureChange("broken" if narrower else "added", name, said)


def _bounds(check: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"(minimum|maximum|max_length)=(-?\d+)", check)}


def _is_narrower(was: Mapping[str, int], now: Mapping[str, int]) -> bool:
    low, high = now.get("minimum"), [(name, now[name]) for name in ("maximum", "max_length") if name in now]
    if low is not None and low > was.get("minimum", low - 1):
        return True
    return any(value < was.get(name, value + 1) for name, value in high)


def _bare(annotation: str) -> frozenset[str]:
    return _parts(annotation) - {"Omitted"}


def _parts(annotation: str) -> frozenset[str]:
    """The arms of a union, and the values of a literal."""
    text = annotation.replace("Literal[", "").replace("]", "").replace(",", " | ")
    return frozenset(part.strip() for part in text.split("|"))


def _spelled(argument: Argument, call: MethodCall) -> str:
    """The type with the names of long ones written out."""
    text = argument.annotation
    for alias, code in call.aliases.items():
        text = " | ".join(code if part == alias else part for part in text.split(" | "))
    return text


def _models(old: Contract, new: Contract) -> Iterator[SignatureChange]:
    was = {model.name: model for model in old.models}
    now = {model.name: model for model in new.models}
    for name in now.keys() - was.keys():
        yield SignatureChange("added", name, "is a new model")
    for name in was.keys() - now.keys():
        yield SignatureChange("broken", name, "is gone")
    for name in was.keys() & now.keys():
        yield from _attributes(was[name], now[name])


def _attributes(old: Schema, new: Schema) -> Iterator[SignatureChange]:
    was = {python_name(each.name): each for each in old.fields}
    now = {python_name(each.name): each for each in new.fields}
    gone, more = list(was.keys() - now.keys()), list(now.keys() - was.keys())
    for before, after in _renamed(gone, more, {key: _type(each) for key, each in {**was, **now}.items()}):
        gone.remove(before)
        more.remove(after)
        yield SignatureChange("renamed", f"{new.name}.{before}", f"is called {after}")
    for name in sorted(more):
        yield SignatureChange("added", f"{new.name}.{name}", f"is new: {_type(now[name])}")
    for name in sorted(gone):
        yield SignatureChange("broken", f"{new.name}.{name}", "is gone")
    for name in sorted(was.keys() & now.keys()):
        if _type(was[name]) != _type(now[name]):
            wider = _type(was[name]) == f"{_type(now[name])} or None"
            said = f"is {_type(now[name])}, not {_type(was[name])}"
            yield SignatureChange("added" if wider else "broken", f"{new.name}.{name}", said)


def _type(field: Field) -> str:
    kind = {"models": f"a tuple of {field.model}", "model": str(field.model)}.get(field.kind, field.kind)
    return f"{kind} or None" if (field.nullable or not field.required) and field.kind != "any" else kind


def _renamed(gone: list[str], new: list[str], types: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of what is gone and what came, of one type and with like names, or the only ones of their type."""
    alone = len(gone) == len(new) == 1
    left = sorted(new)
    for before in sorted(gone):
        kind = types[before].removesuffix(" or None")
        fit = {name: _likeness(before, name) for name in left if types[name].removesuffix(" or None") == kind}
        likest = max(fit, key=lambda name: fit[name], default=None)
        if likest is not None and (alone or fit[likest] > 0.5):
            left.remove(likest)
            yield before, likest


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
