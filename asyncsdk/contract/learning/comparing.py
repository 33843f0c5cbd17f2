"""Holds what was seen of the API against the contract, and against what was seen an earlier time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from .contracted import LARGEST_PAGE, ContractedList, contracted
from .differences import Difference
from .observed import Learned, SeenList, SeenServer
from .rows_compared import field_differences, fields_since

__all__ = ["differences"]

_EXPLAINED: Final = {200, 401, 403, 412}
_FAR: Final = 60
"""Seconds by which two clocks may differ."""


def differences(
    now: Learned, last: Learned | None = None, *, contract: Mapping[str, ContractedList] | None = None
) -> list[Difference]:
    """What is not as the contract says, and what is not as it was the last time; each once.

    Args:
        now: what was learned.
        last: what was learned before; None for the first time.
        contract: what to hold it against; the package's own by default.

    Returns:
        First what is new, then what is known since last time.
    """
    asked = contracted() if contract is None else contract
    found = list(dict.fromkeys(_from_contract(now, asked)))
    if last is None:
        return found
    before = {_key(each): each for each in _from_contract(last, asked)}
    told = [attrs.evolve(each, known=_same(each, before.get(_key(each)))) for each in found]
    over = [
        Difference("as the contract says", each.subject, each.now, "as the contract says again", since="last time")
        for key, each in before.items()
        if key not in {*map(_key, found)} and _is_told(now, each, asked)
    ]
    named = {part for each in (*(each for each in told if not each.known), *before.values()) for part in _parts(each)}
    again = [each for each in dict.fromkeys(_from_last(now, last, asked)) if not named & {*_parts(each)}]
    return [each for each in told if not each.known] + over + again + [each for each in told if each.known]


def _key(each: Difference) -> tuple[str, str]:
    return each.kind, each.subject


def _same(each: Difference, before: Difference | None) -> bool:
    return before is not None and before.now == each.now


def _parts(each: Difference) -> Iterator[tuple[str, str]]:
    """What a difference is about: a field, whatever is the matter with it, or one side of a list."""
    of_field = "." in each.subject and each.kind != "parameter"
    yield "" if of_field else each.kind, each.subject
    if each.kind == "renamed":
        yield "", f"{each.subject.partition('.')[0]}.{each.now.partition(' ')[0]}"


def _is_told(now: Learned, each: Difference, asked: Mapping[str, ContractedList]) -> bool:
    """Whether rows came that would show a difference of last time if it were still there."""
    model = each.subject.partition(".")[0]
    tables = [table for table, it in asked.items() if model in (table, it.model)]
    return not tables or any(now.lists[table].rows for table in tables if table in now.lists)


def _from_contract(now: Learned, asked: Mapping[str, ContractedList]) -> Iterator[Difference]:
    yield from _server(now.server)
    for table, seen in now.lists.items():
        if table in asked:
            yield from _list(asked[table], seen)


def _server(seen: SeenServer) -> Iterator[Difference]:
    if seen.date_behind:
        text = f"the Date header is {seen.date_behind:.0f} s behind updated_at"
        yield Difference("date", "server", "one clock", text)
    if seen.skew is not None and abs(seen.skew) > _FAR and not seen.date_behind:
        yield Difference("skew", "server", "", f"its clock is {seen.skew:+.0f} s from this machine's")


def _list(asked: ContractedList, seen: SeenList) -> Iterator[Difference]:
    table = asked.table
    if seen.status != 200:
        if seen.status is not None and seen.status not in _EXPLAINED:
            yield Difference("status", table, "status 200", f"status {seen.status}")
        return
    if seen.page_cap is not None and seen.page_cap < LARGEST_PAGE:
        yield Difference("page cap", table, f"{LARGEST_PAGE} rows", f"a page has at most {seen.page_cap} rows")
    if seen.offset == "ignored":
        yield Difference("offset", table, "", "offset is ignored")
    if seen.order is not None and seen.order != asked.order:
        yield Difference("order", table, _order(asked.order), f"rows come {_order(seen.order)}")
    if seen.stable is False:
        yield Difference("unstable", table, "", "two reads have the same rows in another order")
    for name, verdict in seen.parameters.items():
        if verdict in ("ignored", "refused"):
            yield Difference("parameter", f"{table}.{name}", "", f"{name}= is {verdict}")
    if seen.deletion_moves_updated_at is False:
        yield Difference("deletion", table, "", "a soft deletion does not move updated_at")
    yield from field_differences(asked, seen)


def _order(order: str) -> str:
    if order == "none":
        return "in no order of a known field"
    return f"by {order.removeprefix('-')}{', falling' if order.startswith('-') else ''}"


def _from_last(now: Learned, last: Learned, asked: Mapping[str, ContractedList]) -> Iterator[Difference]:
    yield from _server_since(now.server, last.server)
    for table, seen in now.lists.items():
        before = last.lists.get(table)
        if before is None or table not in asked:
            continue
        if seen.status != before.status:
            yield _since("status", table, f"status {before.status or '-'}", f"status {seen.status or '-'}")
            continue
        yield from _list_since(table, seen, before)
        yield from fields_since(asked[table], seen, before)


def _server_since(now: SeenServer, last: SeenServer) -> Iterator[Difference]:
    for name, is_, was in (("ETag", now.etag, last.etag), ("compression", now.compressed, last.compressed)):
        if is_ != was:
            yield _since("header", "server", _has(name, was), _has(name, is_))
    if now.limit_headers != last.limit_headers:
        yield _since("header", "server", _names(last.limit_headers), _names(now.limit_headers))
    if last.date_behind and not now.date_behind:
        yield _since("as the contract says", "server", "behind updated_at", "the Date header is not behind updated_at")


def _list_since(table: str, now: SeenList, last: SeenList) -> Iterator[Difference]:
    if now.page_cap and last.page_cap and now.page_cap != last.page_cap:
        yield _since("page cap", table, f"{last.page_cap} rows", f"a page has at most {now.page_cap} rows")
    if now.order and last.order and now.order != last.order:
        yield _since("order", table, _order(last.order), f"rows come {_order(now.order)}")
    if now.deletion_moves_updated_at and last.deletion_moves_updated_at is False:
        yield _since("as the contract says", table, "not moved", "a soft deletion moves updated_at")
    for name, verdict in now.parameters.items():
        before = last.parameters.get(name, "not told")
        if "not told" not in (verdict, before) and verdict != before:
            yield _since("parameter", f"{table}.{name}", before, f"{name}= is {verdict}")


def _since(kind: str, subject: str, was: str, now: str) -> Difference:
    return Difference(kind, subject, was, now, since="last time")  # type: ignore[arg-type]  # the names above are kinds


def _has(name: str, there: bool) -> str:
    return f"answers have {'an ' if name == 'ETag' else ''}{name}" if there else f"answers have no {name}"


def _names(names: Iterable[str]) -> str:
    return f"rate-limit headers: {', '.join(names) or 'none'}"
